/** better-sqlite3 with encryption has the same API; its own typings are not in its package's export map. */
declare module 'better-sqlite3-multiple-ciphers' {
  import Database from 'better-sqlite3'
  export default Database
}

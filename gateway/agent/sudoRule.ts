/** One user's right to be root until a moment: a file of its own in sudoers.d. sudo itself holds the end, also in open sessions and without us. */

/** `until` in milliseconds since the epoch; sudo counts whole seconds, so a part of one is not given. `challenge` says where it comes from. */
export function sudoRule(user: string, until: number, challenge: string): string {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) throw new RangeError('not a user name')
  if (!/^[A-Z2-7]+$/.test(challenge)) throw new RangeError('not a challenge')
  return `# Gatehouse sign-in ${challenge}\n${user} ALL=(ALL:ALL) NOTAFTER=${generalizedTime(until)} NOPASSWD: ALL\n`
}

/** sudo passes over names with a dot or a tilde; a user's name has neither. */
export function sudoRuleName(user: string): string {
  return `gatehouse-${user}`
}

/** "20261122031159Z", as sudoers(5) has it. */
function generalizedTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '')
}

/** The tables of the inventory: what is found and ordered by, apart from the rest of a machine, so that a start reads little. */
export const machineTables = `
  create table machine_source(
    provider text primary key, cursor text, read_at integer, size integer not null default 0,
    reading integer not null default 0, run integer not null default 0, anew integer not null default 0, before integer not null default 0,
    done integer not null default 0, held integer not null default 0, lost integer not null default 0
  ) strict, without rowid;
  create table machine(
    n integer primary key, provider text not null, id text not null, ord text not null, same text not null, state integer not null,
    text text not null, os text not null, site text not null, user text not null, tags text not null, last_user text not null,
    agent text not null, approvals integer not null, port integer not null, access_at integer not null, seen_at integer not null,
    run integer not null, gone integer not null default 0
  ) strict;
  create unique index machine_id on machine(provider, id);
  create index machine_place on machine(state, ord, n);
  create table machine_rest(n integer primary key, value text not null) strict;
  create table machine_count(state integer primary key, count integer not null) strict;
  insert into machine_count values (0, 0), (1, 0), (2, 0);
`

/**
 * Numbered steps of the schema on PostgreSQL: the tables of gateway/store/tables.ts, with those that only gateways with a common store need. A
 * step that was released is never changed; the next one is added below.
 */
import type { Pool } from 'pg'
import { StoreError } from '../database.ts'
import { writersLock } from './dialect.ts'
import { toStoreError } from './storeBusy.ts'

const steps: readonly string[] = [
  `
  -- The one clock of all gateways, in milliseconds since the epoch: of now, not of when the transaction began.
  create function "nowMs"() returns double precision language sql volatile
    as $$ select extract(epoch from clock_timestamp())::double precision * 1000 $$;
  -- What SQLite has for a list in one parameter.
  create function json_each(list text) returns table (value text) language sql immutable
    as $$ select * from json_array_elements_text(list::json) $$;

  create table store (
    id integer primary key check (id = 1),
    "storeId" text not null,
    change bigint not null,
    -- Part of each proof. One for all: what was used at one gateway is known to the others.
    "proofNonce" text not null,
    -- The key that all its gateways are known by.
    fingerprint text
  );
  insert into store values (1, substr(md5(gen_random_uuid()::text), 1, 16), 0, replace(gen_random_uuid()::text, '-', ''));

  create table machines (
    id text collate "C" primary key,
    identity text collate "C" not null unique,
    name text not null,
    address text not null,
    os text not null check (os in ('windows', 'linux', 'macos', 'other')),
    site text not null,
    tags text not null,
    "sshPort" integer not null,
    "rdpPort" integer not null,
    "user" text,
    facts text not null,
    "addedAt" bigint not null,
    change bigint not null unique
  );

  create table "removedMachines" (
    id text collate "C" primary key,
    change bigint not null unique
  );

  create table policies (
    level text collate "C" primary key,
    kind text not null check (kind in ('company', 'site', 'machine')),
    name text not null,
    settings text not null,
    version bigint not null,
    "changedAt" bigint not null,
    "changedBy" text not null
  );

  create table logos (
    id text collate "C" primary key,
    "mediaType" text not null,
    data text not null,
    "addedAt" bigint not null
  );

  create table grants (
    id text collate "C" primary key,
    "machineId" text collate "C" not null,
    "requestedBy" text collate "C" not null,
    "requestKey" text collate "C" not null,
    "requestHash" text not null,
    state text not null,
    ports text not null,
    source text not null,
    reason text not null,
    "durationMs" bigint not null check ("durationMs" > 0),
    "requestedAt" bigint not null,
    "openedAt" bigint,
    "endsAt" bigint,
    "closedAt" bigint,
    "closeReason" text,
    endpoints text not null,
    "requesterRoles" text not null,
    "approversNeeded" integer not null,
    "lapsesAt" bigint,
    keeper text collate "C",
    unique ("requestedBy", "requestKey")
  );
  create index "grantsNotOver" on grants ("machineId") where "closedAt" is null;
  create index "grantsOver" on grants ("closedAt") where "closedAt" is not null;
  create index "grantsKept" on grants (keeper) where "closedAt" is null;
  -- Whoever writes that a gate is about to be opened is the one whose gate it is; until then, whoever took the request.
  create function "setKeeper"() returns trigger language plpgsql as $$
    begin
      new.keeper := nullif(current_setting('gatehouse.gateway', true), '');
      return new;
    end $$;
  create trigger "grantsHaveKeeper" before insert on grants for each row execute function "setKeeper"();
  create trigger "grantsGetKeeper" before update on grants for each row
    when (old.state = 'requested' and new.state in ('opening', 'open')) execute function "setKeeper"();

  create table decisions (
    "grantId" text collate "C" not null,
    technician text collate "C" not null,
    decision text not null check (decision in ('approve', 'deny')),
    reason text not null,
    at bigint not null,
    primary key ("grantId", technician)
  );

  create table audit (
    seq bigint primary key,
    at bigint not null,
    actor text not null,
    topic text not null,
    action text not null,
    outcome text not null check (outcome in ('ok', 'refused', 'failed')),
    "machineId" text collate "C",
    "machineName" text,
    site text,
    "grantId" text collate "C",
    port integer,
    detail text not null
  );
  create index "auditOfMachine" on audit ("machineId", seq) where "machineId" is not null;
  create index "auditOfGrant" on audit ("grantId", seq) where "grantId" is not null;
  create index "auditByTime" on audit (at);
  create index "auditApprovals" on audit ("machineId", at) where action = 'grant.approved';
  create index "auditApprovalsByTime" on audit (at, "machineId") where action = 'grant.approved';
  create index "auditAccess" on audit ("machineId", seq) where action = 'grant.opened';

  create table "logHashes" (
    level integer not null,
    position bigint not null,
    hash bytea not null check (length(hash) = 32),
    primary key (level, position)
  );
  create table "logTree" (
    id integer primary key default 1 check (id = 1),
    size bigint not null,
    frontier bytea not null
  );
  insert into "logTree" (size, frontier) values (0, '');
  create function "refuseChange"() returns trigger language plpgsql
    as $$ begin raise exception 'the audit log is append-only'; end $$;
  create trigger "auditKeeps" before update or delete on audit for each row execute function "refuseChange"();
  create trigger "auditKeepsAll" before truncate on audit execute function "refuseChange"();
  create trigger "logKeeps" before update or delete on "logHashes" for each row execute function "refuseChange"();
  create trigger "logKeepsAll" before truncate on "logHashes" execute function "refuseChange"();
  create trigger "logOnlyGrows" before update on "logTree" for each row when (new.size < old.size) execute function "refuseChange"();
  create trigger "logStays" before delete on "logTree" for each row execute function "refuseChange"();
  create trigger "logStaysWhole" before truncate on "logTree" execute function "refuseChange"();

  create table people (
    id text collate "C" primary key,
    name text not null,
    identity text collate "C" not null unique,
    roles text not null,
    "createdAt" bigint not null,
    "disabledAt" bigint
  );
  create table "deviceKeys" (
    thumbprint text collate "C" primary key,
    "personId" text collate "C" not null references people (id),
    x text not null,
    "addedAt" bigint not null
  );
  create index "deviceKeysOfPerson" on "deviceKeys" ("personId");
  create table invitations (
    id text collate "C" primary key,
    "secretHash" text not null unique,
    name text not null,
    identity text collate "C" not null,
    roles text not null,
    "personId" text collate "C" references people (id),
    "createdBy" text not null,
    "createdAt" bigint not null,
    "expiresAt" bigint not null,
    "usedAt" bigint,
    "usedBy" text
  );
  create index "invitationsOpen" on invitations (identity) where "usedAt" is null;

  -- The gateways that are alive, by the one clock.
  create table gateways (
    id text collate "C" primary key,
    "seenAt" double precision not null
  );
  create table "usedProofs" (
    thumbprint text collate "C" not null,
    jti text collate "C" not null,
    until bigint not null,
    primary key (thumbprint, jti)
  );
  create index "usedProofsByTime" on "usedProofs" (until);
  create table errands (
    id text collate "C" primary key,
    "grantId" text collate "C" not null,
    what text not null check (what in ('end', 'extend')),
    actor text not null,
    asked text not null,
    "askedAt" bigint not null,
    answer text
  );
  create index "errandsToDo" on errands ("grantId") where answer is null;
  `,
  // Machines that speak for themselves, and the sign-ins that they ask for.
  `
  create table "machineKeys" (
    thumbprint text collate "C" primary key,
    "machineId" text collate "C" not null,
    x text not null,
    "enrolledAt" bigint not null,
    "revokedAt" bigint
  );
  create unique index "machineKeyInUse" on "machineKeys" ("machineId") where "revokedAt" is null;

  create table enrolments (
    "secretHash" text collate "C" primary key,
    "machineId" text collate "C" not null,
    "createdBy" text not null,
    "createdAt" bigint not null,
    "expiresAt" bigint not null,
    "usedBy" text collate "C"
  );
  create index "enrolmentsOfMachine" on enrolments ("machineId");

  create table agents (
    "machineId" text collate "C" primary key,
    version text not null,
    "hostKeys" text not null,
    "jitUsers" text not null,
    "userExists" integer,
    "selfDisabled" integer not null,
    report text not null,
    "lastSeenAt" bigint not null,
    "isAway" integer not null
  );
  create index "agentsHeard" on agents ("lastSeenAt") where "isAway" = 0;

  create table challenges (
    id text collate "C" primary key,
    nonce text not null,
    number text not null,
    "machineId" text collate "C" not null,
    service text not null check (service in ('ssh', 'login')),
    asked text not null,
    source text,
    terminal text,
    "signedIn" text not null,
    "userName" text not null,
    "afterSignOut" text not null,
    state text not null,
    "triesLeft" integer not null check ("triesLeft" >= 0),
    "createdAt" bigint not null,
    "expiresAt" bigint not null,
    "decidedBy" text collate "C",
    "decidedAt" bigint,
    signature text,
    "startUntil" bigint,
    "adminUntil" bigint,
    "startedAt" bigint,
    "endedAt" bigint,
    "endOrderedAt" bigint,
    change bigint not null unique
  );
  create index "challengesOfMachine" on challenges ("machineId", "createdAt");
  create index "challengesDecided" on challenges ("decidedBy", "decidedAt") where "decidedBy" is not null;
  `,
  // The TLS keys that the gateways behind one address are known by.
  `alter table store add column "tlsPins" text`,
]

/** Brings a database to the newest schema; gateways that start at the same time do so one after the other. Throws StoreError `newer`. */
export async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect().catch((error: unknown) => {
    throw toStoreError(error)
  })
  let isDone = false
  try {
    await client.query(`begin isolation level read committed; select pg_advisory_xact_lock(${writersLock});
      create table if not exists "schemaVersion" (id integer primary key default 1 check (id = 1), version integer not null);
      insert into "schemaVersion" (version) values (0) on conflict do nothing`)
    const { rows } = await client.query<{ version: number }>('select version from "schemaVersion"')
    const version = rows[0]?.version ?? 0
    if (version > steps.length) throw new StoreError('newer')
    for (const step of steps.slice(version)) await client.query(step)
    await client.query('update "schemaVersion" set version = $1', [steps.length])
    await client.query('commit')
    isDone = true
  } finally {
    // What was begun and not committed goes with its connection.
    client.release(!isDone)
  }
}

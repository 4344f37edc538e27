/** Numbered steps of the schema. A step that was released is never changed; the next one is added below. */
import type { SqliteFile } from './database.ts'
import { growTreeOverEvents } from './growTreeOverEvents.ts'

/** A step is SQL, or what has to be computed; all steps that a file lacks are one transaction. */
export const migrations: readonly (string | ((file: SqliteFile) => void))[] = [
  `
  create table store (
    id integer primary key check (id = 1),
    storeId text not null,
    change integer not null
  ) strict;
  insert into store values (1, lower(hex(randomblob(8))), 0);

  create table machines (
    id text primary key,
    identity text not null unique,
    name text not null,
    address text not null,
    os text not null check (os in ('windows', 'linux', 'macos', 'other')),
    site text not null,
    tags text not null,
    sshPort integer not null,
    rdpPort integer not null,
    user text,
    facts text not null,
    rules text not null,
    addedAt integer not null,
    change integer not null unique
  ) strict;

  create table removedMachines (
    id text primary key,
    change integer not null unique
  ) strict, without rowid;

  create table grants (
    id text primary key,
    machineId text not null,
    requestedBy text not null,
    requestKey text not null,
    requestHash text not null,
    state text not null,
    ports text not null,
    source text not null,
    reason text not null,
    durationMs integer not null check (durationMs > 0),
    requestedAt integer not null,
    openedAt integer,
    endsAt integer,
    closedAt integer,
    closeReason text,
    endpoints text not null,
    unique (requestedBy, requestKey)
  ) strict;
  create index grantsNotOver on grants (machineId) where closedAt is null;
  create index grantsOver on grants (closedAt) where closedAt is not null;

  create table audit (
    seq integer primary key,
    at integer not null,
    actor text not null,
    topic text not null,
    action text not null,
    outcome text not null check (outcome in ('ok', 'refused', 'failed')),
    machineId text,
    machineName text,
    site text,
    grantId text,
    port integer,
    detail text not null,
    prevHash text not null,
    hash text not null
  ) strict;
  create index auditOfMachine on audit (machineId, seq) where machineId is not null;
  create index auditOfGrant on audit (grantId, seq) where grantId is not null;
  create index auditByTime on audit (at);
  -- INV-3: these two answer "approved in the last 7 days" and "last access, by whom" for a page of machines without reading the log.
  create index auditApprovals on audit (machineId, at) where action = 'grant.approved';
  create index auditApprovalsByTime on audit (at, machineId) where action = 'grant.approved';
  create index auditAccess on audit (machineId, seq, at, actor) where action = 'grant.opened';
  create trigger auditKeepsEvents before delete on audit begin select raise(abort, 'the audit log is append-only'); end;
  create trigger auditKeepsFacts before update on audit begin select raise(abort, 'the audit log is append-only'); end;
  `,
  // The Merkle tree takes the place of the chain of hashes.
  `
  alter table audit drop column prevHash;
  alter table audit drop column hash;
  create table logHashes (
    level integer not null,
    position integer not null,
    hash blob not null check (length(hash) = 32),
    primary key (level, position)
  ) strict, without rowid;
  create table logTree (
    id integer primary key default 1 check (id = 1),
    size integer not null,
    frontier blob not null
  ) strict;
  insert into logTree (size, frontier) values (0, x'');
  create trigger logKeepsHashes before delete on logHashes begin select raise(abort, 'the audit log is append-only'); end;
  create trigger logKeepsTree before update on logHashes begin select raise(abort, 'the audit log is append-only'); end;
  create trigger logOnlyGrows before update on logTree when new.size < old.size
    begin select raise(abort, 'the audit log is append-only'); end;
  `,
  growTreeOverEvents,
  `
  create table people (
    id text primary key,
    name text not null,
    identity text not null unique,
    roles text not null,
    createdAt integer not null,
    disabledAt integer
  ) strict;

  create table deviceKeys (
    thumbprint text primary key,
    personId text not null references people (id),
    x text not null,
    addedAt integer not null
  ) strict;
  create index deviceKeysOfPerson on deviceKeys (personId);

  create table invitations (
    id text primary key,
    secretHash text not null unique,
    name text not null,
    identity text not null,
    roles text not null,
    personId text references people (id),
    createdBy text not null,
    createdAt integer not null,
    expiresAt integer not null,
    usedAt integer,
    usedBy text
  ) strict;
  create index invitationsOpen on invitations (identity) where usedAt is null;
  `,
  // Rules are what a machine's level sets; so far only those of this desk's own person asked for anything.
  `
  create table policies (
    level text primary key,
    kind text not null check (kind in ('company', 'site', 'machine')),
    name text not null,
    settings text not null,
    version integer not null,
    changedAt integer not null,
    changedBy text not null
  ) strict;
  insert into policies
    select 'machine:' || id, 'machine', name, '{"rules":{"default":' || rules || '}}', 1, addedAt, 'gateway' from machines where rules <> '[]';
  alter table machines drop column rules;

  create table logos (
    id text primary key,
    mediaType text not null,
    data text not null,
    addedAt integer not null
  ) strict;

  alter table grants add column requesterRoles text not null default '["gatewayAdmin"]';
  alter table grants add column approversNeeded integer not null default 0;
  alter table grants add column lapsesAt integer;
  create table decisions (
    grantId text not null,
    technician text not null,
    decision text not null check (decision in ('approve', 'deny')),
    reason text not null,
    at integer not null,
    primary key (grantId, technician)
  ) strict;
  `,
  // Machines that speak for themselves, and the sign-ins that they ask for.
  `
  create table machineKeys (
    thumbprint text primary key,
    machineId text not null,
    x text not null,
    enrolledAt integer not null,
    revokedAt integer
  ) strict;
  create unique index machineKeyInUse on machineKeys (machineId) where revokedAt is null;

  create table enrolments (
    secretHash text primary key,
    machineId text not null,
    createdBy text not null,
    createdAt integer not null,
    expiresAt integer not null,
    usedBy text
  ) strict;
  create index enrolmentsOfMachine on enrolments (machineId);

  create table agents (
    machineId text primary key,
    version text not null,
    hostKeys text not null,
    jitUsers text not null,
    userExists integer,
    selfDisabled integer not null,
    report text not null,
    lastSeenAt integer not null,
    isAway integer not null
  ) strict;
  create index agentsHeard on agents (lastSeenAt) where isAway = 0;

  create table challenges (
    id text primary key,
    nonce text not null,
    number text not null,
    machineId text not null,
    service text not null check (service in ('ssh', 'login')),
    asked text not null,
    source text,
    terminal text,
    signedIn text not null,
    userName text not null,
    afterSignOut text not null,
    state text not null,
    triesLeft integer not null check (triesLeft >= 0),
    createdAt integer not null,
    expiresAt integer not null,
    decidedBy text,
    decidedAt integer,
    signature text,
    startUntil integer,
    adminUntil integer,
    startedAt integer,
    endedAt integer,
    endOrderedAt integer,
    change integer not null unique
  ) strict;
  create index challengesOfMachine on challenges (machineId, createdAt);
  create index challengesDecided on challenges (decidedBy, decidedAt) where decidedBy is not null;
  `,
]

-- The journal is the truth; item, effect and spend are caches of its fold, written in the same transaction.

create table project (
  id          text primary key,
  path        text not null unique,
  target      text,
  -- Limits as of the last accepted configuration; what the scheduler needs between runs.
  limits      jsonb,
  created_at  timestamptz not null default now()
);

-- Pinned pipelines by the hash of their canonical JSON; never changed.
create table pipeline (
  hash        text primary key,
  body        jsonb not null,
  created_at  timestamptz not null default now()
);

create table item (
  number      integer generated always as identity,
  id          text primary key,
  project     text not null references project (id),
  key         text,
  title       text not null,
  status      text not null,
  version     integer not null,
  state       jsonb not null,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  unique (project, key)
);
create index item_open on item (number) where status not in ('landed', 'cancelled');

create table event (
  seq         bigint generated always as identity primary key,
  item        text not null references item (id),
  n           integer not null,
  id          text not null unique,
  type        text not null,
  body        jsonb not null,
  machine     integer not null,
  decided     text[] not null,
  at          timestamptz not null,
  unique (item, n)
);

-- Live effects only; a row goes when its effect is over.
create table effect (
  id            text primary key,
  item          text not null references item (id),
  type          text not null,
  state         text not null check (state in ('wanted', 'running')),
  worker        text,
  token         integer not null default 0,
  reserved      bigint not null default 0,
  started_at    timestamptz,
  check ((state = 'running') = (worker is not null))
);
create index effect_by_item on effect (item);
create index effect_by_worker on effect (worker) where worker is not null;

-- What sessions cost, for budgets over time; derived from the events that end them.
create table spend (
  event       text primary key references event (id),
  item        text not null,
  project     text not null,
  agent       text not null,
  at          timestamptz not null,
  micro_usd   bigint not null,
  known       boolean not null
);
create index spend_by_day on spend (project, at);

-- Session starts, for rates; kept for a short while.
create table session_start (
  effect      text not null,
  project     text not null,
  agent       text not null,
  at          timestamptz not null
);
create index session_start_at on session_start (at);

create table worker (
  id          text primary key,
  boot        text not null,
  pid         integer not null,
  backend     integer not null,
  sessions    integer not null,
  work        integer not null,
  beat_at     timestamptz not null
);

-- One row: what a person asked of the factory as a whole.
create table factory (
  only_row    boolean primary key default true check (only_row),
  paused_by   text,
  drain_asked timestamptz
);
insert into factory default values;

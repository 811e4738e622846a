-- The queue. A job's row is written once and its state is where its id is: in blocked, scheduled, ready, running or
-- finished. One plain insert into jobs is a whole job; its triggers put the id where it belongs.
-- Only what SQLite 3.38 knows may stand here: other programs' SQLite runs these triggers and checks too.
-- Times are milliseconds since the epoch.

create table jobs (
  id           integer primary key autoincrement
    constraint "id must be positive" check (id > 0),
  name         text not null
    constraint "name must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or digit" check (
      length(name) between 1 and 128 and length(name) = length(cast(name as blob))
      and name glob '[A-Za-z0-9]*' and name not glob '*[^A-Za-z0-9._-]*'),
  payload      text
    constraint "payload must be at most 1 MiB" check (length(cast(payload as blob)) <= 1048576),
  args         text not null default '[]'
    constraint "args must be a JSON array of strings, at most 1 MiB, without NUL" check (
      args = '[]' or (length(cast(args as blob)) <= 1048576
      and json_valid(args) and json_type(args) = 'array'
      -- Without the backslashes that are escaped themselves: "\\u0000" is six harmless characters.
      and instr(replace(args, '\\', ''), '\u0000') = 0 and instr(args, char(0)) = 0)),
  queue        text not null default 'default'
    constraint "queue must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or digit" check (
      length(queue) between 1 and 128 and length(queue) = length(cast(queue as blob))
      and queue glob '[A-Za-z0-9]*' and queue not glob '*[^A-Za-z0-9._-]*'),
  priority     integer not null default 0
    constraint "priority must be -100 to 100" check (priority between -100 and 100),
  run_at       integer
    constraint "run_at must be milliseconds since the epoch, before the year 10000" check (
      run_at between 0 and 253402300799999),
  key          text
    constraint "key must be 1 to 512 bytes" check (length(cast(key as blob)) between 1 and 512),
  max_attempts integer
    constraint "max_attempts must be 1 to 1000" check (max_attempts between 1 and 1000),
  timeout_ms   integer
    constraint "timeout_ms must be 1 to 3155760000000" check (timeout_ms between 1 and 3155760000000),
  "after"      text
    constraint "after must be a JSON array of job ids" check (
      "after" is null or (json_valid("after") and json_type("after") = 'array')),
  created_at   integer not null default (cast(round((julianday('now') - 2440587.5) * 86400000.0) as integer))
) strict;

-- A lane is a queue and a name: what limits and pauses are said about. Its row keeps the counts, so that nobody has to
-- count jobs, and so that a claim looks at lanes and not at what waits in them.
create table lanes (
  id        integer primary key,
  queue     text not null,
  name      text not null,
  blocked   integer not null default 0,
  scheduled integer not null default 0,
  ready     integer not null default 0,
  running   integer not null default 0,
  retrying  integer not null default 0,
  done      integer not null default 0,
  dead      integer not null default 0,
  cancelled integer not null default 0,
  unique (queue, name)
) strict;

-- attempt: how many there have been; forgiven: how many of them do not count against max_attempts.

-- open: how many jobs it still waits for; -1 when one of them ended otherwise than well.
create table blocked (
  id   integer primary key,
  lane integer not null,
  open integer not null
) strict;
create index blocked_no_more on blocked (id) where open <= 0;

-- scheduled and retrying: what is not due yet stands apart from what is, so that a claim never passes it.
create table scheduled (
  id       integer primary key,
  run_at   integer not null,
  lane     integer not null,
  priority integer not null,
  attempt  integer not null,
  forgiven integer not null,
  retrying integer not null check (retrying in (0, 1))
) strict;
create index scheduled_due on scheduled (run_at);

create table ready (
  lane     integer not null,
  priority integer not null,
  id       integer not null,
  attempt  integer not null,
  forgiven integer not null,
  primary key (lane, priority desc, id)
) strict, without rowid;

-- token: of the one claim that owns the attempt; every move of it must show it.
create table running (
  id         integer primary key,
  lane       integer not null,
  priority   integer not null,
  attempt    integer not null,
  forgiven   integer not null,
  claimed_by integer not null,
  token      integer not null,
  started_at integer not null
) strict;

create table finished (
  id          integer primary key,
  lane        integer not null,
  state       text not null check (state in ('done', 'dead', 'cancelled')),
  attempt     integer not null,
  started_at  integer,
  finished_at integer not null,
  exit_code   integer,
  signal      integer,
  error       text,
  result      text,
  daemon_pid  integer
) strict;
-- A success pays nothing for it.
create index finished_badly on finished (state, id) where state <> 'done';

-- Every attempt that ended, but for the one that ended well: that one is the row in finished.
-- An attempt that was given back is replaced by the next one of its number.
create table attempts (
  id          integer not null,
  number      integer not null,
  started_at  integer not null,
  finished_at integer not null,
  outcome     text not null,
  exit_code   integer,
  signal      integer,
  error       text,
  daemon_pid  integer,
  primary key (id, number)
) strict, without rowid;

-- How many attempts a job had when somebody last wanted it tried again: it may crash as often as a new one.
create table revivals (
  id      integer primary key,
  attempt integer not null
) strict;

create table daemons (
  id         integer primary key autoincrement,
  pid        integer not null,
  host       text not null,
  slots      integer not null,
  started_at integer not null
) strict;

-- While a job is not final its key stands here.
create table keys (
  key text primary key,
  id  integer not null
) strict, without rowid;

create table edges (
  parent integer not null,
  child  integer not null,
  primary key (parent, child)
) strict, without rowid;

-- name '*': all queues
create table pauses (
  queue     text primary key,
  paused_at integer not null
) strict, without rowid;

create table cancellations (
  id           integer primary key,
  requested_at integer not null,
  reason       text not null
) strict;

-- What the handler of this attempt said last.
create table progress (
  id      integer primary key,
  attempt integer not null,
  percent integer not null,
  message text
) strict;

-- scope: queue:QUEUE or name:NAME. What was started of it, as long as its rate looks back.
create table starts (
  scope text not null,
  at    integer not null,
  count integer not null,
  primary key (scope, at)
) strict, without rowid;

-- ahead: how many milliseconds the wall clock is ahead of the machine's uptime, in this boot of it.
create table clock (
  id    integer primary key check (id = 1),
  boot  text not null,
  ahead integer not null
) strict;

-- last_run: every slot up to then was dealt with, run or not; timing: the schedule and zone that it ran by.
-- job: the last one that was enqueued; job_slot: the time for which it was.
create table cron (
  id       text primary key,
  timing   text not null,
  last_run integer not null,
  job      integer,
  job_slot integer
) strict, without rowid;

create trigger jobs_checked before insert on jobs when new.id > 0 or new.args <> '[]' or new."after" is not null
begin
  select raise(abort, 'this id is taken: jobs are written once') where exists (select 1 from jobs where id = new.id);
  select raise(abort, 'args must be a JSON array of strings')
    where json_valid(new.args) and exists (select 1 from json_each(new.args) where type <> 'text');
  select raise(abort, 'after must be a JSON array of the ids of jobs that exist')
    where new."after" is not null and json_valid(new."after") and exists (
      select 1 from json_each(new."after") as parent
      where parent.type <> 'integer' or not exists (select 1 from jobs where id = parent.value));
end;

create trigger jobs_ready after insert on jobs when new.run_at is null and new."after" is null
begin
  insert into lanes (queue, name, ready) values (new.queue, new.name, 1)
    on conflict (queue, name) do update set ready = ready + 1;
  insert into ready (lane, priority, id, attempt, forgiven)
    select id, new.priority, new.id, 0, 0 from lanes where queue = new.queue and name = new.name;
end;

create trigger jobs_scheduled after insert on jobs when new.run_at is not null and new."after" is null
begin
  insert into lanes (queue, name, scheduled) values (new.queue, new.name, 1)
    on conflict (queue, name) do update set scheduled = scheduled + 1;
  insert into scheduled (id, run_at, lane, priority, attempt, forgiven, retrying)
    select new.id, new.run_at, id, new.priority, 0, 0, 0 from lanes where queue = new.queue and name = new.name;
end;

-- It starts out blocked, even by jobs that are done already: the daemon's next turn lets it go on.
create trigger jobs_blocked after insert on jobs when new."after" is not null
begin
  insert into lanes (queue, name, blocked) values (new.queue, new.name, 1)
    on conflict (queue, name) do update set blocked = blocked + 1;
  insert into edges (parent, child)
    select distinct parent.value, new.id from json_each(new."after") as parent
    where not exists (select 1 from finished where finished.id = parent.value);
  insert into blocked (id, lane, open)
    select new.id, lanes.id,
      case
        when exists (select 1 from json_each(new."after") as parent join finished on finished.id = parent.value
                     where finished.state <> 'done') then -1
        else (select count(distinct parent.value) from json_each(new."after") as parent
              where not exists (select 1 from finished where finished.id = parent.value))
      end
    from lanes where queue = new.queue and name = new.name;
end;

create trigger jobs_keyed after insert on jobs when new.key is not null
begin
  -- Not left to the unique key: "insert or ignore" and "or replace" into jobs would hold for the insert below too.
  select raise(abort, 'a job with this key has not ended yet') where exists (select 1 from keys where key = new.key);
  insert into keys (key, id) values (new.key, new.id);
end;

create trigger jobs_written_once before update on jobs
begin
  select raise(abort, 'jobs are written once: cancel the job and enqueue another');
end;

create trigger jobs_kept before delete on jobs when not exists (select 1 from finished where id = old.id)
begin
  select raise(abort, 'this job has not ended: cancel it first');
end;

create trigger jobs_deleted after delete on jobs
begin
  update lanes set
    done = done - (select state = 'done' from finished where id = old.id),
    dead = dead - (select state = 'dead' from finished where id = old.id),
    cancelled = cancelled - (select state = 'cancelled' from finished where id = old.id)
    where queue = old.queue and name = old.name;
  delete from finished where id = old.id;
  delete from attempts where id = old.id;
  delete from progress where id = old.id;
  delete from revivals where id = old.id;
  delete from edges where parent = old.id;
end;

-- Every attempt that there was or is; one that was given back, until the next of its number.
create view job_attempts as
  select id, number, started_at, finished_at, outcome, exit_code, signal, error, daemon_pid from attempts a
    where not exists (select 1 from finished f where f.id = a.id and f.state = 'done' and f.attempt = a.number)
      and not exists (select 1 from running r where r.id = a.id and r.attempt = a.number)
  union all
  select id, attempt, started_at, finished_at, state, exit_code, signal, error, daemon_pid
    from finished where state = 'done'
  union all
  select r.id, r.attempt, r.started_at, null, null, null, null, null, d.pid
    from running r left join daemons d on d.id = r.claimed_by;

-- Every job as people see it.
create view job_status as
  select
    j.id, j.name, j.queue,
    case
      when f.id is not null then f.state
      when r.id is not null then 'running'
      when s.id is not null then iif(s.retrying, 'retrying', 'scheduled')
      when b.id is not null then 'blocked'
      else 'ready'
    end as state,
    j.priority, j.args, j.payload,
    coalesce(s.run_at, j.run_at) as run_at,
    coalesce(f.attempt, r.attempt, s.attempt, y.attempt, 0) as attempt,
    j.max_attempts, j.key, j."after", j.timeout_ms, j.created_at,
    coalesce(f.started_at, r.started_at, a.started_at) as started_at,
    f.finished_at,
    coalesce(f.exit_code, a.exit_code) as exit_code,
    coalesce(f.signal, a.signal) as signal,
    coalesce(f.error, a.error) as error,
    f.result,
    iif(p.id is null, null, json_object('percent', p.percent, 'message', p.message)) as progress
  from jobs j
    join lanes l on l.queue = j.queue and l.name = j.name
    left join finished f on f.id = j.id
    left join running r on r.id = j.id
    left join scheduled s on s.id = j.id
    left join blocked b on b.id = j.id
    left join ready y on y.lane = l.id and y.priority = j.priority and y.id = j.id
    left join attempts a on f.id is null and r.id is null and a.id = j.id
      and a.number = (select max(number) from attempts where id = j.id)
    left join progress p on p.id = j.id and p.attempt = coalesce(f.attempt, r.attempt, s.attempt, y.attempt);

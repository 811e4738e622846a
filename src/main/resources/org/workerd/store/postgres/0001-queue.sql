-- The queue, in the schema that is the first of the search_path. A job's row is written once and its state is where its
-- id is: in blocked, scheduled, ready, running or finished. One plain insert into jobs is a whole job; its trigger puts
-- the id where it belongs.
-- Nothing that an application's transaction inserts may wait for another one's: no counts are kept here, no row is shared.
-- Times are milliseconds since the epoch.

create function is_strings(json text) returns boolean immutable parallel safe language plpgsql
as $$
begin
  return jsonb_typeof(json::jsonb) = 'array' and not jsonb_path_exists(json::jsonb, '$[*] ? (@.type() != "string")');
exception when others then
  return false;
end
$$;

create function is_tags(json text) returns boolean immutable parallel safe language plpgsql
as $$
begin
  return jsonb_typeof(json::jsonb) = 'array' and jsonb_array_length(json::jsonb) <= 32
    and not exists (
      select from jsonb_array_elements(json::jsonb) as tag
      where jsonb_typeof(tag) <> 'string' or octet_length(tag #>> '{}') not between 1 and 128
        or tag #>> '{}' ~ '[\x01-\x1f\x7f-\x9f]');
exception when others then
  return false;
end
$$;

-- The ids in the column "after", each once.
create function job_ids(list text) returns setof bigint immutable parallel safe language plpgsql
as $$
begin
  if jsonb_path_exists(list::jsonb, '$[*] ? (@.type() != "number")') then
    raise exception 'not numbers';
  end if;
  return query select distinct id::bigint from jsonb_array_elements_text(list::jsonb) as id;
exception when others then
  raise exception using errcode = 'check_violation', message = 'after must be a JSON array of the ids of jobs that exist';
end
$$;

create function is_name(word text) returns boolean immutable parallel safe language sql
return octet_length(word) <= 128 and word collate "C" ~ '^[A-Za-z0-9][A-Za-z0-9._-]*$';

-- What limits and pauses are said about, as a number that needs no table: nobody looks it up, nobody waits for it.
-- PostgreSQL keeps this hash as it is from version to version, as partitions rely on it. Those of alarms are below zero,
-- so that looking for one passes none of the others.
create function lane_of(queue text, name text) returns bigint immutable parallel safe language sql
return case queue
  when 'alarms' then hashtextextended(queue || '/' || name, 0) | '-9223372036854775808'::bigint
  else hashtextextended(queue || '/' || name, 0) & 9223372036854775807 end;

-- What its columns must be, job_refusal says: the checks of a table are read and planned anew for each insert, which
-- costs more than the insert.
create table jobs (
  id           bigint generated always as identity primary key,
  name         text collate "C" not null,
  payload      text,
  args         text not null default '[]',
  queue        text collate "C" not null default 'default',
  priority     smallint not null default 0,
  run_at       bigint,
  key          text collate "C",
  max_attempts integer,
  timeout_ms   bigint,
  "after"      text,
  -- Words by which it is found.
  tags         text,
  created_at   bigint not null default (date_part('epoch', clock_timestamp()) * 1000)::bigint,
  -- Who may see and cancel it without further rights: a security definer's body has this user, too.
  stored_by    text collate "C" not null default session_user
);
create index jobs_by_key on jobs (key, id) where key is not null;

-- Why a job with these columns is not stored; null: it is.
create function job_refusal(
  name text, payload text, args text, queue text, priority integer, run_at bigint, key text, max_attempts integer,
  timeout_ms bigint, tags text) returns text immutable parallel safe language sql
return case
  when not is_name(name) then 'name must be 1 to 128 of A-Z a-z 0-9 . _ -, no first . _ or -'
  when queue <> 'default' and not is_name(queue) then 'queue must be 1 to 128 of A-Z a-z 0-9 . _ -, no first . _ or -'
  when octet_length(payload) > 1048576 then 'payload must be at most 1 MiB'
  when args <> '[]' and (octet_length(args) > 1048576 or not is_strings(args))
    then 'args must be a JSON array of strings, at most 1 MiB, no NUL'
  when priority not between -100 and 100 then 'priority must be -100 to 100'
  -- Whoever gives seconds is told so.
  when run_at not between 978307200000 and 253402300799999
    then 'run_at must be milliseconds since the epoch, of years 2001-9999'
  when octet_length(key) not between 1 and 512 then 'key must be 1 to 512 bytes'
  when max_attempts not between 1 and 1000 then 'max_attempts must be 1 to 1000'
  when timeout_ms not between 1 and 3155760000000 then 'timeout_ms must be 1 to 3155760000000'
  when tags is not null and not is_tags(tags) then 'tags must be a JSON array of <= 32 strings of 1-128 bytes'
end;

-- attempt: how many there have been; forgiven: how many of them do not count against max_attempts.
-- rank: the priority, negated, so that one ascending index is the order of claims.

-- An insert that is not committed yet is not seen by the transaction in which a job ends that it waits for, and sees
-- nothing of that end itself. So a row is looked at again until all transactions have ended that ran when it was first
-- seen. seen: the latest of those; sure: they have ended, nothing can have been missed any more.
create table blocked (
  id       bigint primary key,
  lane     bigint not null,
  rank     smallint not null,
  attempt  integer not null,
  forgiven integer not null,
  seen     bigint,
  sure     boolean not null default false
);
create index blocked_by_lane on blocked (lane, id);
create index blocked_unseen on blocked (id) where seen is null;
create index blocked_unsure on blocked (id) where not sure and seen is not null;

-- scheduled and retrying: what is not due yet stands apart from what is, so that a claim never passes it.
create table scheduled (
  id       bigint primary key,
  run_at   bigint not null,
  lane     bigint not null,
  rank     smallint not null,
  attempt  integer not null,
  forgiven integer not null,
  retrying boolean not null
);
create index scheduled_due on scheduled (run_at);
create index scheduled_by_lane on scheduled (lane, retrying, id);

create table ready (
  lane     bigint not null,
  rank     smallint not null,
  id       bigint not null,
  attempt  integer not null,
  forgiven integer not null,
  primary key (lane, rank, id)
);

-- By which machines know this queue, wherever it is moved to.
create table queue_identity (
  one boolean primary key default true check (one),
  id  uuid not null default gen_random_uuid()
);
insert into queue_identity default values;

-- token: of the one claim that owns the attempt; every move of it must show it. A later claim has a larger one.
create sequence tokens;
create table running (
  id         bigint primary key,
  lane       bigint not null,
  rank       smallint not null,
  attempt    integer not null,
  forgiven   integer not null,
  claimed_by bigint not null,
  token      bigint not null,
  started_at bigint not null
);

create table finished (
  id          bigint primary key,
  lane        bigint not null,
  state       text collate "C" not null check (state in ('done', 'dead', 'cancelled')),
  attempt     integer not null,
  forgiven    integer not null,
  started_at  bigint,
  finished_at bigint not null,
  exit_code   integer,
  signal      integer,
  error       text,
  result      text,
  daemon_pid  bigint,
  host        text
);
create index finished_by_lane on finished (lane, state, id);

-- Every attempt that ended, but for the one that ended well: that one is the row in finished.
-- An attempt that was given back is replaced by the next one of its number.
create table attempts (
  id          bigint not null,
  number      integer not null,
  started_at  bigint not null,
  finished_at bigint not null,
  outcome     text not null,
  exit_code   integer,
  signal      integer,
  error       text,
  daemon_pid  bigint,
  host        text,
  primary key (id, number)
);

-- How many attempts a job had when somebody last wanted it tried again: it may crash as often as a new one.
create table revivals (
  id      bigint primary key,
  attempt integer not null
);

create table daemons (
  id         bigint generated always as identity primary key,
  pid        bigint not null,
  host       text not null,
  slots      integer not null,
  started_at bigint not null,
  -- It waits for a notification: only then does an insert send one, for that costs more than the insert.
  asleep     boolean not null default false
) with (fillfactor = 50);

-- Empty after a crash of the server, and on a standby that became the primary, for it is in no log: then everybody's lock
-- is free, also of those who live, and it is filled again by who first asks for the dead.
create unlogged table incarnation (
  one      boolean primary key default true check (one),
  begun_at timestamptz not null default clock_timestamp()
);
insert into incarnation (begun_at) values ('-infinity');

-- While a job is not final its key stands here.
create table keys (
  key text collate "C" constraint "a job with this key has not ended yet" primary key,
  id  bigint not null
);

-- It stays until the child is gone, or was looked at after the parent was done. ended: what the parent was when it was
-- deleted.
create table edges (
  parent bigint,
  child  bigint,
  ended  text,
  primary key (parent, child)
);
create index edges_by_child on edges (child);

-- Parents that ended since somebody last looked at what waits for them. Rows are only added: two that end at once, of one
-- child, do not wait for each other.
create table ended_parents (parent bigint not null);

-- How many jobs of a queue came to be of a final state, or ceased to be, in one transaction: the sums are the counts.
-- Rows are only added, so nobody waits here; now and then many become one.
create table tallies (
  queue     text collate "C" not null,
  done      bigint not null,
  dead      bigint not null,
  cancelled bigint not null
);

-- scope: queue:QUEUE or name:NAME. What was started of it, as long as its rate looks back.
create table starts (
  scope text collate "C" not null,
  at    bigint not null,
  count integer not null
);
create index starts_by_scope on starts (scope, at);

-- queue '*': all queues
create table pauses (
  queue     text collate "C" primary key,
  paused_at bigint not null
);

-- insert into cancellations (id, reason) values (42, 'not needed any more'): the daemon ends the job at its next turn,
-- running or not. The first reason stands.
create table cancellations (
  id           bigint primary key,
  requested_at bigint not null default (extract(epoch from clock_timestamp()) * 1000)::bigint,
  reason       text not null default 'cancelled by SQL'
    constraint "reason must be at most 1000 characters" check (char_length(reason) <= 1000)
);

-- What the handler of this attempt said last.
create table progress (
  id      bigint primary key,
  attempt integer not null,
  percent integer not null,
  message text
);

-- last_run: every slot up to then was dealt with, run or not; timing: the schedule and zone that it ran by.
-- job: the last one that was enqueued; job_slot: the time for which it was.
create table cron (
  id       text collate "C" primary key,
  timing   text not null,
  last_run bigint not null,
  job      bigint,
  job_slot bigint
);

-- What an attempt printed, as much as is kept of it; in its queue, as any machine may be asked for it.
create table outputs (
  id      bigint not null,
  attempt integer not null,
  body    bytea not null,
  primary key (id, attempt)
);
-- The quicker one, where the server was built with it.
do $$
begin
  alter table outputs alter column body set compression lz4;
exception when feature_not_supported then
  null;
end
$$;

-- Who follows from another machine what a job prints, as long as he says so again and again; what is there for him, which
-- he takes out, is nobody else's.
create table followers (
  id      bigint generated always as identity primary key,
  job     bigint not null,
  seen_at timestamptz not null default clock_timestamp()
);
create index followers_by_job on followers (job);
create table follower_news (
  number   bigint generated always as identity,
  follower bigint not null,
  attempt  integer not null,
  body     bytea not null,
  primary key (follower, number)
);

-- The schedule that a job is of.
create table cron_jobs (
  id   bigint primary key,
  cron text collate "C" not null
);
create index cron_jobs_by_cron on cron_jobs (cron, id);

-- Who has none has no row here.
create table tags (
  tag text collate "C",
  id  bigint,
  primary key (tag, id)
);

-- Whose times pass without a job.
create table cron_disabled (
  id          text collate "C" primary key,
  disabled_at bigint not null
);

-- The attempts that the configuration of the daemons allows where a job says nothing: by name, '*' for all others.
create table policies (
  name         text collate "C" primary key,
  max_attempts integer not null
);
insert into policies (name, max_attempts) values ('*', 10);

-- What attempts came to, for charts: by the minute (span 60000) kept for a day, by the hour (3600000) for a month, from the
-- time at. Counts that daemons add to. ran_N and waited_N: how many ran, or had waited, for at most 10, 50, 250 ms, 1, 5,
-- 30 s, 2, 10, 60 min, and longer. name '': how many jobs of the queue were ready at most.
create table history (
  span      bigint not null,
  at        bigint not null,
  queue     text collate "C" not null,
  name      text collate "C" not null,
  ready     bigint not null default 0,
  done        bigint not null default 0,
  failed      bigint not null default 0,
  timed_out   bigint not null default 0,
  cancelled   bigint not null default 0,
  snoozed     bigint not null default 0,
  interrupted bigint not null default 0,
  daemon_died bigint not null default 0,
  dead        bigint not null default 0,
  ran_ms      bigint not null default 0,
  waited_ms   bigint not null default 0,
  ran_0       bigint not null default 0,
  ran_1       bigint not null default 0,
  ran_2       bigint not null default 0,
  ran_3       bigint not null default 0,
  ran_4       bigint not null default 0,
  ran_5       bigint not null default 0,
  ran_6       bigint not null default 0,
  ran_7       bigint not null default 0,
  ran_8       bigint not null default 0,
  ran_9       bigint not null default 0,
  waited_0    bigint not null default 0,
  waited_1    bigint not null default 0,
  waited_2    bigint not null default 0,
  waited_3    bigint not null default 0,
  waited_4    bigint not null default 0,
  waited_5    bigint not null default 0,
  waited_6    bigint not null default 0,
  waited_7    bigint not null default 0,
  waited_8    bigint not null default 0,
  waited_9    bigint not null default 0,
  primary key (span, at, queue, name)
);

-- They change all the time and are never large: the default would wait for a fifth of what they were at their largest.
-- Cutting the end off would lock the table.
alter table ready set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);
alter table running set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);
alter table scheduled set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);
alter table tallies set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);

-- What keeps a job blocked, or would when it is retried. state: unfinished, dead, cancelled, or deleted when that is all
-- that is known.
create view waits as
  select e.child, e.parent,
    coalesce(f.state, e.ended, case when p.id is null then 'deleted' else 'unfinished' end) as state
  from edges e
    left join finished f on f.id = e.parent
    left join jobs p on p.id = e.parent
  where coalesce(f.state, e.ended) is distinct from 'done';

-- A name has at most 63 bytes; one that is cut off may wake others, too, which does no harm.
create function notify_daemons() returns void language sql
return pg_notify(left(current_schema(), 58) || '.jobs', '');

create function wake_daemons() returns void language plpgsql
as $$
begin
  if exists (select from daemons where asleep) then
    perform notify_daemons();
  end if;
end
$$;

-- As its owner: whoever may insert into jobs need not be allowed more.
create function jobs_enter() returns trigger security definer set search_path from current language plpgsql
as $$
declare
  entered bigint;
  others  boolean;
  asleep  boolean;
  refusal text;
  parents bigint[];
  found   bigint;
begin
  insert into ready (lane, rank, id, attempt, forgiven)
    select lane_of(queue, name), -priority, id, 0, 0 from fresh
    where run_at is null and key is null and "after" is null and tags is null
      and job_refusal(name, payload, args, queue, priority, run_at, key, max_attempts, timeout_ms, tags) is null;
  get diagnostics entered = row_count;
  select count(*) > entered, exists (select from daemons where daemons.asleep) into others, asleep from fresh;
  if others then
    select why into refusal from fresh
      cross join job_refusal(name, payload, args, queue, priority, run_at, key, max_attempts, timeout_ms, tags) as why
      where why is not null order by id limit 1;
    if refusal is not null then
      raise exception using errcode = 'check_violation', constraint = refusal, message = refusal;
    end if;
    insert into ready (lane, rank, id, attempt, forgiven)
      select lane_of(queue, name), -priority, id, 0, 0 from fresh
      where run_at is null and "after" is null and (key is not null or tags is not null);
    insert into tags (tag, id)
      select distinct tag, id from fresh, jsonb_array_elements_text(fresh.tags::jsonb) as tag;
    insert into scheduled (id, run_at, lane, rank, attempt, forgiven, retrying)
      select id, run_at, lane_of(queue, name), -priority, 0, 0, false from fresh
      where run_at is not null and "after" is null;
    -- The store takes a key before it inserts the job.
    insert into keys (key, id) select key, id from fresh where key is not null on conflict (key) do nothing;
    if exists (
        select from fresh where key is not null
          and not exists (select from keys where keys.key = fresh.key and keys.id = fresh.id)) then
      raise exception using errcode = 'unique_violation', message = 'a job with this key has not ended yet';
    end if;
    if exists (select from fresh where "after" is not null) then
      parents := array(select distinct parent from fresh, job_ids("after") as parent);
      -- Nobody deletes them before this is committed, and forgets how they ended.
      perform from jobs where id = any(parents) order by id for key share;
      get diagnostics found = row_count;
      if found < cardinality(parents) or exists (
          select from fresh, job_ids("after") as parent where parent >= fresh.id) then
        raise exception using errcode = 'check_violation',
          message = 'after must be a JSON array of the ids of jobs that exist';
      end if;
      insert into edges (parent, child)
        select parent, fresh.id from fresh, job_ids("after") as parent
        where not exists (select from finished where finished.id = parent and state = 'done');
      insert into blocked (id, lane, rank, attempt, forgiven)
        select id, lane_of(queue, name), -priority, 0, 0 from fresh where "after" is not null;
    end if;
  end if;
  if asleep then
    perform notify_daemons();
  end if;
  return null;
end
$$;
create trigger jobs_enter after insert on jobs
  referencing new table as fresh for each statement execute function jobs_enter();

create function jobs_written_once() returns trigger language plpgsql
as $$
begin
  raise exception using errcode = 'check_violation', message = 'jobs are written once: cancel the job and enqueue another';
end
$$;
create trigger jobs_written_once before update on jobs for each statement execute function jobs_written_once();

create function jobs_leave() returns trigger security definer set search_path from current language plpgsql
as $$
begin
  if exists (select from gone where not exists (select from finished where finished.id = gone.id)) then
    raise exception using errcode = 'check_violation', message = 'this job has not ended: cancel it first';
  end if;
  insert into tallies (queue, done, dead, cancelled)
    select gone.queue, -count(*) filter (where state = 'done'), -count(*) filter (where state = 'dead'),
      -count(*) filter (where state = 'cancelled')
    from gone join finished on finished.id = gone.id
    group by gone.queue;
  update edges set ended = finished.state from finished
    where edges.parent in (select id from gone) and finished.id = edges.parent;
  delete from edges where child in (select id from gone);
  delete from finished where id in (select id from gone);
  delete from attempts where id in (select id from gone);
  delete from progress where id in (select id from gone);
  delete from outputs where id in (select id from gone);
  delete from revivals where id in (select id from gone);
  delete from cron_jobs where id in (select id from gone);
  delete from tags using gone, jsonb_array_elements_text(gone.tags::jsonb) as word
    where tags.tag = word and tags.id = gone.id;
  return null;
end
$$;
create trigger jobs_leave after delete on jobs
  referencing old table as gone for each statement execute function jobs_leave();

-- dead or cancelled → ready, or blocked while a job that it waits for is unfinished. With force it does not wait for those
-- that are dead, cancelled or deleted. Null: it was done; else why it was not.
create function retry_job(which bigint, by_force boolean) returns text
  security definer set search_path from current language plpgsql
as $$
declare
  job jobs%rowtype;
  was finished%rowtype;
begin
  -- In the order in which a delete locks them.
  select * into job from jobs where id = which for key share;
  if not found then
    return 'there is no job with this id';
  end if;
  select * into was from finished where id = which and state in ('dead', 'cancelled') for update;
  if not found then
    return 'only jobs that are dead or cancelled can be retried';
  end if;
  if not by_force then
    if exists (select from waits where child = which and state in ('dead', 'cancelled')) then
      return 'this job cannot be retried: a job that it waits for is dead or cancelled; retry that one before';
    elsif exists (select from waits where child = which and state = 'deleted') then
      return 'this job cannot be retried: a job that it waits for was deleted, and nobody knows how it ended';
    end if;
  end if;
  if job.key is not null then
    insert into keys (key, id) values (job.key, which) on conflict (key) do nothing;
    if not found then
      return 'this job cannot be retried: another one has its key';
    end if;
  end if;
  delete from edges where child = which
    and parent in (select parent from waits where child = which and state <> 'unfinished');
  insert into revivals (id, attempt) values (which, was.attempt)
    on conflict (id) do update set attempt = excluded.attempt;
  if exists (select from waits where child = which) then
    insert into blocked (id, lane, rank, attempt, forgiven)
      values (which, was.lane, -job.priority, was.attempt, was.attempt);
  else
    insert into ready (lane, rank, id, attempt, forgiven)
      values (was.lane, -job.priority, which, was.attempt, was.attempt);
  end if;
  delete from finished where id = which;
  insert into tallies (queue, done, dead, cancelled)
    values (job.queue, 0, -(was.state = 'dead')::integer, -(was.state = 'cancelled')::integer);
  perform wake_daemons();
  return null;
end
$$;

revoke execute on function retry_job from public;

-- For those who may not look for themselves; null: the key is free.
create function holder_of_key(wanted text) returns bigint
  security definer stable set search_path from current language sql
as $$ select id from keys where key = wanted $$;
revoke execute on function holder_of_key from public;

-- insert into retries (id) values (42)
create view retries as select id, 0 as force from jobs where false;

create function retries_asked() returns trigger security definer set search_path from current language plpgsql
as $$
declare
  refusal text := retry_job(new.id, coalesce(new.force, 0) <> 0);
begin
  if refusal is not null then
    raise exception using errcode = 'check_violation', message = refusal;
  end if;
  return new;
end
$$;
create trigger retries_asked instead of insert on retries for each row execute function retries_asked();

create function cancellations_checked() returns trigger security definer set search_path from current language plpgsql
as $$
begin
  if exists (select from cancellations where id = new.id) then
    return null;
  elsif not exists (select from jobs where id = new.id) then
    raise exception using errcode = 'check_violation', message = 'there is no job with this id';
  elsif exists (select from finished where id = new.id) then
    raise exception using errcode = 'check_violation', message = 'this job has ended already';
  end if;
  perform wake_daemons();
  return new;
end
$$;
create trigger cancellations_checked before insert on cancellations
  for each row execute function cancellations_checked();

-- Every attempt that there was or is; one that was given back, until the next of its number.
create view job_attempts as
  select id, number, started_at, finished_at, outcome, exit_code, signal, error, daemon_pid, host
    from attempts a
    where not exists (select from finished f where f.id = a.id and f.state = 'done' and f.attempt = a.number)
      and not exists (select from running r where r.id = a.id and r.attempt = a.number)
  union all
  select id, attempt, started_at, finished_at, state, exit_code, signal, error, daemon_pid, host
    from finished where state = 'done'
  union all
  select r.id, r.attempt, r.started_at, null, null, null, null, null, d.pid, d.host
    from running r left join daemons d on d.id = r.claimed_by;

-- Every job as people see it. last_attempt: the number of the attempt after which it is dead. waits_for: of what there is
-- to wait for, what can be known here.
create view job_status as
  select
    j.id, j.name, j.queue,
    case
      when f.id is not null then f.state
      when r.id is not null then 'running'
      when s.id is not null then case when s.retrying then 'retrying' else 'scheduled' end
      when b.id is not null then 'blocked'
      else 'ready'
    end as state,
    j.priority, j.args, j.payload,
    coalesce(s.run_at, j.run_at) as run_at,
    coalesce(f.attempt, r.attempt, s.attempt, b.attempt, y.attempt, 0) as attempt,
    coalesce(j.max_attempts, o.max_attempts, g.max_attempts) as max_attempts,
    coalesce(f.forgiven, r.forgiven, s.forgiven, b.forgiven, y.forgiven, 0)
      + coalesce(j.max_attempts, o.max_attempts, g.max_attempts) as last_attempt,
    j.key, j."after", j.timeout_ms, j.created_at,
    coalesce(f.started_at, r.started_at, a.started_at) as started_at,
    f.finished_at,
    coalesce(f.exit_code, a.exit_code) as exit_code,
    coalesce(f.signal, a.signal) as signal,
    coalesce(f.error, a.error) as error,
    f.result,
    case when p.id is not null then
      json_build_object('percent', p.percent, 'message', p.message)::text end as progress,
    coalesce(j.tags, '[]') as tags,
    c.cron,
    case
      when f.id is not null or r.id is not null then null
      when b.id is not null then (
        select json_build_object(
          'reason', 'after', 'detail', string_agg('job ' || parent || ' is not done', ', '), 'until', null)::text
        from (select parent from waits where child = j.id order by parent limit 3) as open
        having count(*) > 0)
      when s.run_at > date_part('epoch', clock_timestamp()) * 1000 then json_build_object(
        'reason', 'time',
        'detail', case when s.retrying then 'its next attempt is not due yet' else 'it is not due yet' end,
        'until', s.run_at)::text
      when j.queue <> 'alarms' and exists (select from pauses where queue = '*') then
        json_build_object('reason', 'paused', 'detail', 'all queues are paused', 'until', null)::text
      when exists (select from pauses where queue = j.queue) then json_build_object(
        'reason', 'paused', 'detail', 'the queue ' || j.queue || ' is paused', 'until', null)::text
    end as waits_for
  from jobs j
    left join policies o on o.name = j.name
    left join policies g on g.name = '*'
    left join finished f on f.id = j.id
    left join running r on r.id = j.id
    left join scheduled s on s.id = j.id
    left join blocked b on b.id = j.id
    left join ready y on y.lane = lane_of(j.queue, j.name) and y.rank = -j.priority and y.id = j.id
    left join lateral (
      select * from attempts where attempts.id = j.id and f.id is null and r.id is null order by number desc limit 1
    ) a on true
    left join progress p on p.id = j.id
      and p.attempt = coalesce(f.attempt, r.attempt, s.attempt, b.attempt, y.attempt)
    left join cron_jobs c on c.id = j.id;

-- What workerd_enqueue sees (workerd schema): the jobs of whoever asks.
create view own_jobs with (security_barrier) as
  select job_status.* from job_status
  where exists (select from jobs where jobs.id = job_status.id and jobs.stored_by = session_user);

-- What programs may rely on, in both engines: workerd-sql(7) is made of this, and of the tables above.

comment on table jobs is 'A row for each job, as it was enqueued. Insert rows, never update them.';
comment on column jobs.id is 'The id of the job. The queue chooses it, larger for each job: leave it out.';
comment on column jobs.name is 'The name of the job, which selects its handler. The only column that must be set.';
comment on column jobs.payload is 'The input of the handler: JSON or any text. Null: none.';
comment on column jobs.args is 'The arguments of the handler, a JSON array of strings.';
comment on column jobs.queue is 'The queue that the job is in.';
comment on column jobs.priority is 'Jobs with a higher priority run first.';
comment on column jobs.run_at is 'The job does not run before this time, in milliseconds since the epoch. Null: it may run at once. A time before 2001 is refused, because it is probably in seconds.';
comment on column jobs.key is 'While a job with this key has not ended, inserting another one with it fails. Null: no key.';
comment on column jobs.max_attempts is 'The job is dead after this many failed attempts. Null: jobs.max_attempts of the configuration.';
comment on column jobs.timeout_ms is 'How long an attempt may take, in milliseconds. Null: jobs.timeout of the configuration.';
comment on column jobs."after" is 'The ids of the jobs that must be done before this one runs, a JSON array. If one of them ends otherwise, this job is cancelled. Null: none. In SQL the name is quoted: "after".';
comment on column jobs.tags is 'Words by which the job can be found: a JSON array of strings. Null: none.';
comment on column jobs.created_at is 'When the job was enqueued, in milliseconds since the epoch: leave it out.';
comment on column jobs.stored_by is 'The user of PostgreSQL who inserted the job: leave it out.';

comment on view job_status is 'A row for each job, as workerd show prints it. Read only.';
comment on column job_status.id is 'The id of the job.';
comment on column job_status.name is 'As in jobs.';
comment on column job_status.queue is 'As in jobs.';
comment on column job_status.state is 'blocked, scheduled, ready, running, retrying, done, dead or cancelled. The last three are final.';
comment on column job_status.priority is 'As in jobs.';
comment on column job_status.args is 'As in jobs.';
comment on column job_status.payload is 'As in jobs.';
comment on column job_status.run_at is 'When the job may run; if it is retrying, when the next attempt may begin. Null: at once.';
comment on column job_status.attempt is 'The number of the last attempt. 0: none has begun.';
comment on column job_status.max_attempts is 'As in jobs, or what the configuration of the daemon says.';
comment on column job_status.last_attempt is 'The number of the attempt after which the job is dead if that fails. It is larger than max_attempts once the job was retried.';
comment on column job_status.key is 'As in jobs.';
comment on column job_status."after" is 'As in jobs.';
comment on column job_status.tags is 'As in jobs. Without tags it is [].';
comment on column job_status.timeout_ms is 'As in jobs.';
comment on column job_status.created_at is 'When the job was enqueued.';
comment on column job_status.started_at is 'When the last attempt began. Null: none has begun.';
comment on column job_status.finished_at is 'When the job ended. Null: it has not.';
comment on column job_status.exit_code is 'The exit status of the last attempt that ended. Null: it did not exit by itself, or its handler is in Java.';
comment on column job_status.signal is 'The number of the signal that ended that attempt. Null: none did.';
comment on column job_status.error is 'Why that attempt failed, or why the job was cancelled. Null: it did not fail.';
comment on column job_status.result is 'What the handler left as the result. Null: nothing, or the job has not ended.';
comment on column job_status.progress is 'A JSON object with the keys percent and message. Null: the handler has reported none.';
comment on column job_status.cron is 'The ID of the schedule that enqueued the job. Null: none did.';
comment on column job_status.waits_for is 'What the job waits for, as far as the database knows: a JSON object with the keys reason (time, after or paused), detail, and until, in milliseconds since the epoch, or null. What follows from the configuration or from daemons (a missing handler, a limit, a rate, no free slot, no daemon), workerd show tells. Null: it waits for none of these three.';

comment on view job_attempts is 'A row for each attempt, also for those that run. Read only.';
comment on column job_attempts.id is 'The id of the job.';
comment on column job_attempts.number is 'The number of the attempt, from 1.';
comment on column job_attempts.started_at is 'When the attempt began.';
comment on column job_attempts.finished_at is 'When the attempt ended. Null: it runs.';
comment on column job_attempts.outcome is 'How the attempt ended: done, failed, timeout, cancelled, snoozed, interrupted (the daemon stopped) or daemon died. Null: it runs.';
comment on column job_attempts.exit_code is 'Its exit status.';
comment on column job_attempts.signal is 'The number of the signal that ended it.';
comment on column job_attempts.error is 'Why it failed.';
comment on column job_attempts.daemon_pid is 'The process id of the daemon that ran it.';
comment on column job_attempts.host is 'The machine of that daemon. Null: it ran before workerd noted that.';

comment on table cancellations is 'Insert a row to cancel a job. The daemon removes the row when it has done so.';
comment on column cancellations.id is 'The id of the job. An insert fails if the job has ended, and changes nothing if it is to be cancelled already.';
comment on column cancellations.reason is 'Becomes the error of the job.';
comment on column cancellations.requested_at is 'When the row was inserted: leave it out.';

comment on view retries is 'Insert a row to retry a job. The view itself is always empty.';
comment on column retries.id is 'The id of a job that is dead or cancelled. The insert fails, and says why, if the job cannot be retried.';
comment on column retries.force is '1: do not wait for jobs in "after" that are dead, cancelled or deleted. 0: fail if there are any.';

-- What 0.1.0 let in, and what it could not be asked. The rules of a table cannot be changed, so new ones are triggers.

-- Words by which jobs are found: a JSON array of strings.
alter table jobs add column tags text
  constraint "tags must be a JSON array of at most 32 strings" check (
    tags is null or (json_valid(tags) and json_type(tags) = 'array' and json_array_length(tags) <= 32));

-- Who has none has no row here.
create table tags (
  tag text not null,
  id  integer not null,
  primary key (tag, id)
) strict, without rowid;

create trigger jobs_tagged after insert on jobs when new.tags is not null
begin
  insert into tags (tag, id) select distinct value, new.id from json_each(new.tags);
end;

create trigger jobs_untagged after delete on jobs when json_valid(old.tags)
begin
  delete from tags where id = old.id and tag in (select value from json_each(old.tags));
end;

drop trigger jobs_checked;

-- An id that is not given is -1 here; what is below 1 the table itself refuses.
create trigger jobs_checked before insert on jobs
  when new.id > 0 or new.args <> '[]' or new."after" is not null or new.run_at is not null or new.tags is not null
begin
  select raise(abort, 'the queue chooses the id: leave the column id out') where new.id > 0;
  select raise(abort, 'run_at must be milliseconds since the epoch, not before the year 2001: seconds are not milliseconds')
    where new.run_at between 0 and 978307199999;
  select raise(abort, 'args must be a JSON array of strings')
    where json_valid(new.args) and exists (select 1 from json_each(new.args) where type <> 'text');
  select raise(abort, 'after must be a JSON array of the ids of jobs that exist')
    where new."after" is not null and json_valid(new."after") and exists (
      select 1 from json_each(new."after") as parent
      where parent.type <> 'integer' or not exists (select 1 from jobs where id = parent.value));
  select raise(abort, 'a tag must be a string of 1 to 128 bytes without control characters')
    where iif(json_valid(new.tags), json_type(new.tags), '') = 'array' and exists (
      select 1 from json_each(new.tags) as tag
      where tag.type <> 'text' or length(cast(tag.value as blob)) not between 1 and 128
        or tag.value glob '*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*'
        or instr(tag.value, char(0)) > 0);
end;

-- Of a job that was retried: it may have had attempts before.
alter table blocked add column attempt integer not null default 0;
alter table blocked add column forgiven integer not null default 0;

-- How many of its attempts do not count: with it, the number after which it was dead is known for good.
alter table finished add column forgiven integer not null default 0;
update finished set forgiven = coalesce((select attempt from revivals where revivals.id = finished.id), 0)
    + (select count(*) from attempts where attempts.id = finished.id and outcome = 'daemon died'
        and number > coalesce((select attempt from revivals where revivals.id = finished.id), 0))
  where id in (select id from revivals) or id in (select id from attempts where outcome = 'daemon died');

-- Of the daemon that ran it; null: that was before.
alter table finished add column host text;
alter table attempts add column host text;

-- An edge stays until the parent is done or the child is gone: a retried child waits for its parents again. Of a parent
-- that was deleted without having been done its last state stays as long.
create table deleted_parents (
  id    integer primary key,
  state text not null check (state in ('dead', 'cancelled'))
) strict;

-- 0.1.0 forgot the edges from what had ended. What became of a parent that is gone nobody knows: it was done if the child
-- has run.
delete from edges;
insert into edges (parent, child)
  select distinct parent.value, jobs.id
  from jobs
    join json_each(case when json_valid(jobs."after") then jobs."after" else '[]' end) as parent
    left join finished child on child.id = jobs.id
  where jobs."after" is not null and parent.type = 'integer'
    and not exists (select 1 from finished where finished.id = parent.value and finished.state = 'done')
    and case
      when child.id is null then exists (select 1 from jobs where jobs.id = parent.value)
      when child.state = 'done' then 0
      else child.attempt = 0 or exists (select 1 from jobs where jobs.id = parent.value)
    end;

-- What keeps a job blocked, or would when it is retried. state: unfinished, dead, cancelled, or deleted when that is all
-- that is known.
create view waits as
  select e.child, e.parent, coalesce(f.state, d.state, iif(p.id is null, 'deleted', 'unfinished')) as state
  from jobs j
    join json_each(case when json_valid(j."after") then j."after" else '[]' end) as a
    join edges e on e.parent = a.value and e.child = j.id
    left join finished f on f.id = e.parent
    left join deleted_parents d on d.id = e.parent
    left join jobs p on p.id = e.parent
  where a.type = 'integer' and coalesce(f.state, '') <> 'done';

drop trigger jobs_blocked;

-- It starts out blocked, even by jobs that are done already: the daemon's next turn lets it go on.
create trigger jobs_blocked after insert on jobs when new."after" is not null
begin
  insert into lanes (queue, name, blocked) values (new.queue, new.name, 1)
    on conflict (queue, name) do update set blocked = blocked + 1;
  insert into edges (parent, child)
    select distinct parent.value, new.id from json_each(new."after") as parent
    where not exists (select 1 from finished where finished.id = parent.value and finished.state = 'done');
  insert into blocked (id, lane, open)
    select new.id, lanes.id,
      iif(exists (select 1 from waits where child = new.id and state <> 'unfinished'), -1,
        (select count(*) from edges where parent in (select value from json_each(new."after")) and child = new.id))
    from lanes where queue = new.queue and name = new.name;
end;

drop trigger jobs_deleted;

create trigger jobs_deleted after delete on jobs
begin
  update lanes set
    done = done - (select state = 'done' from finished where id = old.id),
    dead = dead - (select state = 'dead' from finished where id = old.id),
    cancelled = cancelled - (select state = 'cancelled' from finished where id = old.id)
    where queue = old.queue and name = old.name;
  insert into deleted_parents (id, state)
    select id, state from finished
    where id = old.id and state <> 'done' and exists (select 1 from edges where parent = old.id);
  delete from edges where parent = old.id and exists (select 1 from finished where id = old.id and state = 'done');
  delete from finished where id = old.id;
  delete from attempts where id = old.id;
  delete from progress where id = old.id;
  delete from revivals where id = old.id;
  delete from cron_jobs where id = old.id;
end;

create trigger jobs_deleted_children after delete on jobs when json_valid(old."after")
begin
  delete from edges where child = old.id and parent in (select value from json_each(old."after"));
  delete from deleted_parents where id in (select value from json_each(old."after"))
    and not exists (select 1 from edges where edges.parent = deleted_parents.id);
end;

-- insert into retries (id) values (42): what is dead or cancelled is ready again, or blocked while a job that it waits
-- for is unfinished. With force it does not wait for those that are dead, cancelled or deleted.
create view retries as select id, 0 as force from jobs where false;

create trigger retries_asked instead of insert on retries
begin
  select raise(abort, 'there is no job with this id') where not exists (select 1 from jobs where id = new.id);
  select raise(abort, 'only jobs that are dead or cancelled can be retried')
    where not exists (select 1 from finished where id = new.id and state in ('dead', 'cancelled'));
  select raise(abort, 'this job cannot be retried: another one has its key')
    where exists (select 1 from jobs join keys on keys.key = jobs.key where jobs.id = new.id);
  select raise(abort, 'this job cannot be retried: a job that it waits for is dead or cancelled; retry that one before')
    where not coalesce(new.force, 0)
      and exists (select 1 from waits where child = new.id and state in ('dead', 'cancelled'));
  select raise(abort, 'this job cannot be retried: a job that it waits for was deleted, and nobody knows how it ended')
    where not coalesce(new.force, 0) and exists (select 1 from waits where child = new.id and state = 'deleted');
  delete from edges where child = new.id
    and parent in (select parent from waits where child = new.id and state <> 'unfinished');
  delete from deleted_parents where id in (
      select value from jobs, json_each(jobs."after") where jobs.id = new.id and json_valid(jobs."after"))
    and not exists (select 1 from edges where edges.parent = deleted_parents.id);
  insert into keys (key, id) select key, id from jobs where id = new.id and key is not null;
  insert into revivals (id, attempt) select id, attempt from finished where id = new.id
    on conflict (id) do update set attempt = excluded.attempt;
  insert into blocked (id, lane, open, attempt, forgiven)
    select f.id, f.lane, count(distinct w.parent), f.attempt, f.attempt
    from waits w join finished f on f.id = w.child where w.child = new.id
    group by f.id;
  insert into ready (lane, priority, id, attempt, forgiven)
    select f.lane, j.priority, f.id, f.attempt, f.attempt
    from finished f join jobs j on j.id = f.id
    where f.id = new.id and not exists (select 1 from blocked where blocked.id = f.id);
  update lanes set
    blocked = blocked + (select count(*) from blocked where id = new.id),
    ready = ready + (select count(*) = 0 from blocked where id = new.id),
    dead = dead - (select state = 'dead' from finished where id = new.id),
    cancelled = cancelled - (select state = 'cancelled' from finished where id = new.id)
    where id = (select lane from finished where id = new.id);
  delete from finished where id = new.id;
  -- What waits for it waits again, as far as it was not cancelled yet.
  update blocked set open = (
      select iif(max(state <> 'unfinished'), -1, count(distinct parent)) from waits where waits.child = blocked.id)
    where id in (select child from edges where parent = new.id);
end;

-- insert into cancellations (id, reason) values (42, 'not needed any more'): the daemon ends the job at its next turn,
-- running or not. The first reason stands.
create temp table kept as select id, requested_at, substr(reason, 1, 1000) as reason from cancellations;
drop table cancellations;
create table cancellations (
  id           integer primary key,
  requested_at integer not null default (cast(round((julianday('now') - 2440587.5) * 86400000.0) as integer)),
  reason       text not null default 'cancelled by SQL'
    constraint "reason must be at most 1000 characters" check (length(reason) <= 1000)
) strict;
insert into cancellations (id, requested_at, reason) select id, requested_at, reason from kept;
drop table temp.kept;

create trigger cancellations_checked before insert on cancellations
begin
  select raise(ignore) where exists (select 1 from cancellations where id = new.id);
  select raise(abort, 'there is no job with this id') where not exists (select 1 from jobs where id = new.id);
  select raise(abort, 'this job has ended already') where exists (select 1 from finished where id = new.id);
end;

-- The attempts that the configuration of the daemon allows where a job says nothing: by name, '*' for all others.
create table policies (
  name         text primary key,
  max_attempts integer not null
) strict, without rowid;
insert into policies (name, max_attempts) values ('*', 10);

-- The schedule that a job is of: written with the job, so that jobs of none pay nothing for it.
create table cron_jobs (
  id   integer primary key,
  cron text not null
) strict;
create index cron_jobs_by_cron on cron_jobs (cron, id);
insert into cron_jobs (id, cron) select job, min(id) from cron where job in (select id from jobs) group by job;

-- Whose times pass without a job.
create table cron_disabled (
  id          text primary key,
  disabled_at integer not null
) strict, without rowid;

drop view job_status;
drop view job_attempts;

-- Every attempt that there was or is; one that was given back, until the next of its number.
create view job_attempts as
  select id, number, started_at, finished_at, substr(outcome, 1, 100) as outcome, exit_code, signal,
    iif(length(cast(error as blob)) > 65536, substr(error, 1, 65536), error) as error,
    daemon_pid, substr(host, 1, 255) as host
    from attempts a
    where not exists (select 1 from finished f where f.id = a.id and f.state = 'done' and f.attempt = a.number)
      and not exists (select 1 from running r where r.id = a.id and r.attempt = a.number)
  union all
  select id, attempt, started_at, finished_at, state, exit_code, signal,
    iif(length(cast(error as blob)) > 65536, substr(error, 1, 65536), error), daemon_pid, substr(host, 1, 255)
    from finished where state = 'done'
  union all
  select r.id, r.attempt, r.started_at, null, null, null, null, null, d.pid, substr(d.host, 1, 255)
    from running r left join daemons d on d.id = r.claimed_by;

-- Every job as people see it. last_attempt: the number of the attempt after which it is dead. waits_for: of what there is
-- to wait for, what can be known here. What somebody wrote past the rules is cut off where they end, so that nobody who
-- looks runs out of memory.
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
    j.priority,
    iif(length(cast(j.args as blob)) > 1048576, substr(j.args, 1, 1048576), j.args) as args,
    iif(length(cast(j.payload as blob)) > 1048576, substr(j.payload, 1, 1048576), j.payload) as payload,
    coalesce(s.run_at, j.run_at) as run_at,
    coalesce(f.attempt, r.attempt, s.attempt, b.attempt, y.attempt, 0) as attempt,
    coalesce(j.max_attempts, o.max_attempts, g.max_attempts) as max_attempts,
    coalesce(f.forgiven, r.forgiven, s.forgiven, b.forgiven, y.forgiven, 0)
      + coalesce(j.max_attempts, o.max_attempts, g.max_attempts) as last_attempt,
    iif(length(cast(j.key as blob)) > 512, substr(j.key, 1, 512), j.key) as key,
    iif(length(cast(j."after" as blob)) > 1048576, substr(j."after", 1, 1048576), j."after") as "after",
    j.timeout_ms, j.created_at,
    coalesce(f.started_at, r.started_at, a.started_at) as started_at,
    f.finished_at,
    coalesce(f.exit_code, a.exit_code) as exit_code,
    coalesce(f.signal, a.signal) as signal,
    coalesce(iif(length(cast(f.error as blob)) > 65536, substr(f.error, 1, 65536), f.error),
      iif(length(cast(a.error as blob)) > 65536, substr(a.error, 1, 65536), a.error)) as error,
    iif(length(cast(f.result as blob)) > 1048576, substr(f.result, 1, 1048576), f.result) as result,
    iif(p.id is null, null, json_object('percent', p.percent, 'message', substr(p.message, 1, 1000))) as progress,
    substr(coalesce(j.tags, '[]'), 1, 32768) as tags,
    substr(c.cron, 1, 128) as cron,
    case
      when f.id is not null or r.id is not null then null
      when b.id is not null then (
        select json_object('reason', 'after', 'detail', group_concat('job ' || parent || ' is not done', ', '), 'until', null)
        from (select parent from waits where child = j.id order by parent limit 3)
        having count(*) > 0)
      when s.run_at > cast((julianday('now') - 2440587.5) * 86400000.0 as integer) then json_object(
        'reason', 'time', 'detail', iif(s.retrying, 'its next attempt is not due yet', 'it is not due yet'),
        'until', s.run_at)
      when j.queue <> 'alarms' and exists (select 1 from pauses where queue = '*') then
        json_object('reason', 'paused', 'detail', 'all queues are paused', 'until', null)
      when exists (select 1 from pauses where queue = j.queue) then
        json_object('reason', 'paused', 'detail', 'the queue ' || j.queue || ' is paused', 'until', null)
    end as waits_for
  from jobs j
    join lanes l on l.queue = j.queue and l.name = j.name
    left join policies o on o.name = j.name
    left join policies g on g.name = '*'
    left join finished f on f.id = j.id
    left join running r on r.id = j.id
    left join scheduled s on s.id = j.id
    left join blocked b on b.id = j.id
    left join ready y on y.lane = l.id and y.priority = j.priority and y.id = j.id
    left join attempts a on f.id is null and r.id is null and a.id = j.id
      and a.number = (select max(number) from attempts where id = j.id)
    left join progress p on p.id = j.id
      and p.attempt = coalesce(f.attempt, r.attempt, s.attempt, b.attempt, y.attempt)
    left join cron_jobs c on c.id = j.id;

-- What lists look things up by. Who has no key, waits for nothing, and ends well pays for none of these indexes.
create index jobs_by_key on jobs (key) where key is not null;
create index blocked_by_lane on blocked (lane, id);
create index scheduled_by_lane on scheduled (lane, retrying, id);
drop index finished_badly;
create index finished_badly on finished (lane, state, id) where state <> 'done';

-- Of a lane and a thousand of ids: how many of these jobs are done, and when the last of them ended. So the jobs of a
-- lane that are done are found among millions of others without an index that every job would pay for.
create table thousands (
  lane     integer not null,
  thousand integer not null,
  done     integer not null,
  latest   integer not null,
  primary key (lane, thousand)
) strict, without rowid;

insert into thousands (lane, thousand, done, latest)
  select lane, id / 1000, count(*), max(finished_at) from finished where state = 'done' group by lane, id / 1000;

create trigger jobs_forgotten before delete on jobs
  when exists (select 1 from finished where id = old.id and state = 'done')
begin
  update thousands set done = done - 1
    where lane = (select lane from finished where id = old.id) and thousand = old.id / 1000;
  delete from thousands
    where lane = (select lane from finished where id = old.id) and thousand = old.id / 1000 and done <= 0;
end;

-- What attempts came to, for charts: by the minute (span 60000) kept for a day, by the hour (3600000) for a month, from the
-- time at. Counts that daemons add to. ran_N and waited_N: how many ran, or had waited, for at most 10, 50, 250 ms, 1, 5,
-- 30 s, 2, 10, 60 min, and longer. name '': how many jobs of the queue were ready at most.
create table history (
  span      integer not null,
  at        integer not null,
  queue     text not null,
  name      text not null,
  ready     integer not null default 0,
  done        integer not null default 0,
  failed      integer not null default 0,
  timed_out   integer not null default 0,
  cancelled   integer not null default 0,
  snoozed     integer not null default 0,
  interrupted integer not null default 0,
  daemon_died integer not null default 0,
  dead        integer not null default 0,
  ran_ms      integer not null default 0,
  waited_ms   integer not null default 0,
  ran_0       integer not null default 0,
  ran_1       integer not null default 0,
  ran_2       integer not null default 0,
  ran_3       integer not null default 0,
  ran_4       integer not null default 0,
  ran_5       integer not null default 0,
  ran_6       integer not null default 0,
  ran_7       integer not null default 0,
  ran_8       integer not null default 0,
  ran_9       integer not null default 0,
  waited_0    integer not null default 0,
  waited_1    integer not null default 0,
  waited_2    integer not null default 0,
  waited_3    integer not null default 0,
  waited_4    integer not null default 0,
  waited_5    integer not null default 0,
  waited_6    integer not null default 0,
  waited_7    integer not null default 0,
  waited_8    integer not null default 0,
  waited_9    integer not null default 0,
  primary key (span, at, queue, name)
) strict, without rowid;

-- Grant them to the users that log in: grant workerd_daemon to jobs;
do $$
declare
  role text;
begin
  foreach role in array array['workerd_daemon', 'workerd_enqueue', 'workerd_read'] loop
    if not exists (select from pg_roles where rolname = role) then
      execute format('create role %I nologin', role);
    end if;
  end loop;
end
$$;

-- workerd_daemon: whoever runs daemons and the commands that change jobs. The tables stay their owner's.
grant usage on schema :schema to workerd_daemon;
grant select, insert, update, delete on all tables in schema :schema to workerd_daemon;
grant usage, select on all sequences in schema :schema to workerd_daemon;
grant execute on all functions in schema :schema to workerd_daemon;
alter default privileges in schema :schema grant select, insert, update, delete on tables to workerd_daemon;
alter default privileges in schema :schema grant usage, select on sequences to workerd_daemon;
alter default privileges in schema :schema grant execute on functions to workerd_daemon;

-- workerd_enqueue: stores jobs, sees its own in own_jobs, and asks for their end. Its own are those of the same session_user.
grant usage on schema :schema to workerd_enqueue;
grant insert (name, payload, args, queue, priority, run_at, key, max_attempts, timeout_ms, "after", tags)
  on jobs to workerd_enqueue;
grant select (id) on jobs to workerd_enqueue;
grant select on schema_steps, own_jobs to workerd_enqueue;
grant insert (id, reason) on cancellations to workerd_enqueue;
grant execute on function holder_of_key, lane_of to workerd_enqueue;
alter table cancellations enable row level security;
drop policy if exists own on cancellations;
create policy own on cancellations for insert to workerd_enqueue
  with check (exists (select from own_jobs where own_jobs.id = cancellations.id));
drop policy if exists every on cancellations;
create policy every on cancellations to workerd_daemon using (true) with check (true);
drop policy if exists seen on cancellations;
create policy seen on cancellations for select to workerd_read using (true);

-- workerd_read: sees everything, payloads too, and changes nothing but whose output it follows.
grant usage on schema :schema to workerd_read;
grant select on all tables in schema :schema to workerd_read;
grant execute on function lane_of to workerd_read;
grant insert (job), update (seen_at), delete on followers to workerd_read;
grant delete on follower_news to workerd_read;
alter default privileges in schema :schema grant select on tables to workerd_read;

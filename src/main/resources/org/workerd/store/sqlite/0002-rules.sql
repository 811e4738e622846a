-- What 0.1.0 let in, and what it could not be asked. The rules of a table cannot be changed, so new ones are triggers.

drop trigger jobs_checked;

-- An id that is not given is -1 here; what is below 1 the table itself refuses.
create trigger jobs_checked before insert on jobs
  when new.id > 0 or new.args <> '[]' or new."after" is not null or new.run_at is not null
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
end;

-- Stores an order and a job for it in one transaction on PostgreSQL: both or neither. Prints the job's id.
--
--   psql -X -q -A -t -v customer=7 -f postgres.sql "host=db.example dbname=shop user=shop"
--
-- The queue's tables are in the schema workerd of the same database; the user needs the role workerd_enqueue (workerd
-- schema). The job exists with the commit, which also wakes a daemon; after a rollback it never did.
\set ON_ERROR_STOP on

begin;

insert into orders (customer) values (:customer) returning id as order_id \gset

-- A second job for the same order is refused (unique violation) while this one has not ended.
insert into workerd.jobs (name, args, payload, key)
values (
  'invoice',
  json_build_array(:'order_id')::text,
  json_build_object('order', :order_id, 'customer', :customer)::text,
  'invoice-' || :'order_id')
returning id;

select :customer < 0 as is_unknown \gset
\if :is_unknown
  \warn 'no such customer: neither the order nor the job is stored'
  rollback;
  do $$ begin raise exception 'nothing is stored'; end $$;
\endif

commit;

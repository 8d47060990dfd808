-- Payments are most of a log, and only their own cancelling asks for one again. So the program keeps none of
-- them in memory: it finds one by its identifier, here.
--
-- item: '+' and the payment's identifier where it is recorded, '-' and the same where it is cancelled; NULL for
-- every other act. Beside it, in the index, it is unique: no payment twice, none cancelled twice (REF-02).
ALTER TABLE tranche.event ADD COLUMN item text;
ALTER TABLE tranche.event DISABLE TRIGGER event_append_only;
UPDATE tranche.event e
   SET item = CASE e.type WHEN 'PaymentRecorded' THEN '+' ELSE '-' END
              || (convert_from(e.entry, 'UTF8')::jsonb #>> '{data,payment}')
 WHERE e.type IN ('PaymentRecorded', 'PaymentReversed');
ALTER TABLE tranche.event ENABLE ALWAYS TRIGGER event_append_only;

CREATE UNIQUE INDEX event_item ON tranche.event (ledger, item) WHERE item IS NOT NULL;

-- All other acts in the order of their positions: what the programme's part of the state is folded from, and
-- where the few streams that are no pilot's are found. It takes the place of an index over every event by
-- category, which cost each payment as much as its primary key does.
CREATE INDEX event_act ON tranche.event (ledger, position) WHERE item IS NULL;
DROP INDEX tranche.event_category;

-- What a small batch costs, again. The id made from a ledger's name was made again whenever its head moved, a tenth of what
-- a payment costs; neither can change, so it is looked at when the row is made.
CREATE FUNCTION tranche.ledger_named() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, tranche, pg_temp
AS $$
BEGIN
    -- What makes the primary key stand for the name's uniqueness.
    IF new.id IS DISTINCT FROM ledger_id(new.name) THEN
        RAISE check_violation USING CONSTRAINT = 'ledger_id_of_name', MESSAGE = 'ledger name', DETAIL = new.name;
    END IF;
    RETURN new;
END
$$;
ALTER FUNCTION tranche.ledger_named() OWNER TO tranche_owner;
REVOKE ALL ON FUNCTION tranche.ledger_named() FROM PUBLIC;
CREATE TRIGGER ledger_named BEFORE INSERT ON tranche.ledger FOR EACH ROW EXECUTE FUNCTION tranche.ledger_named();
ALTER TABLE tranche.ledger ENABLE ALWAYS TRIGGER ledger_named;
ALTER TABLE tranche.ledger DROP CONSTRAINT ledger_id_of_name;

-- The append, as V20 says it, but that a batch of payments looks up the rows of the pilots it pays for, and only one of
-- four events or fewer looks for its commands before it writes.
CREATE OR REPLACE FUNCTION tranche.ledger_append(
    p_ledger bigint, p_position bigint, p_root bytea, p_new_root bytea, p_new_peaks bytea,
    p_positions bigint[], p_streams text[], p_versions integer[], p_types text[],
    p_dates date[], p_times timestamptz[], p_items text[], p_commands uuid[], p_entries bytea[],
    p_funds jsonb)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, tranche, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
    v_events  integer := cardinality(p_positions);
    v_dims    text := format('[1:%s]', v_events);
    v_share   numeric;
    v_gate    text;
    v_broken  text;
    v_astray  boolean;
    v_entry   jsonb;
    v_taken   boolean;
    v_waits   integer := 0;
    -- Of a batch of payments: whose each is, and its amount.
    v_payments boolean := false;
    v_pilots   text[];
    v_amounts  numeric[];
    v_moved    boolean;
    -- What is being done, for the answer to an integrity violation; of entries, which is looked at.
    v_step    text := 'head';
    v_at      bigint;
BEGIN
    IF v_events = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'lengths', HINT = 'A batch has an event.';
    END IF;
    -- The same bounds, too: entries are looked at by subscript, and inserted in order.
    IF (array_dims(p_positions), array_dims(p_streams), array_dims(p_versions), array_dims(p_types), array_dims(p_dates),
           array_dims(p_times), array_dims(p_items), array_dims(p_commands), array_dims(p_entries))
          IS DISTINCT FROM (v_dims, v_dims, v_dims, v_dims, v_dims, v_dims, v_dims, v_dims, v_dims) THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'lengths',
            HINT = 'A batch''s arrays have one element an event.';
    END IF;

    -- A batch on top of this one may come on another connection, and waits for this to end; it may be there already.
    IF v_events > 32 THEN
        PERFORM pg_try_advisory_xact_lock(hashtextextended('tranche append ' || p_ledger, p_position + v_events));
    END IF;

    -- What a payment's entry says is looked at before the head is locked, while the batch before this one goes in.
    IF array_position(p_items, NULL) IS NULL AND array_position(p_commands, NULL) IS NULL THEN
        v_payments := true;
        v_step := 'entry';
        FOR n IN 1 .. v_events LOOP
            v_at := p_positions[n];
            v_entry := convert_from(p_entries[n], 'UTF8')::jsonb;
            v_pilots[n] := v_entry #>> '{data,pilot}';
            v_amounts[n] := CASE WHEN p_types[n] <> 'PaymentReversed' THEN (v_entry #>> '{data,amount}')::numeric END;
            IF (v_amounts[n] IS NULL AND p_types[n] <> 'PaymentReversed') OR v_pilots[n] IS NULL
               OR NOT entry_sound(v_entry, v_at, p_streams[n], p_versions[n], p_types[n], p_dates[n], p_times[n],
                                  p_items[n], p_commands[n]) THEN
                RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'entry', DETAIL = v_at::text,
                    HINT = 'An entry and the columns beside it say the same.';
            END IF;
        END LOOP;
        v_step := 'head';
        v_at := NULL;
    END IF;

    -- On the head that it was decided on, which the update below holds it against, nothing of it is there. Of more than
    -- a few the unique keys say the same for less, only that the batch is undone then.
    IF v_events <= 4 THEN
        SELECT coalesce(
                   (SELECT c.id::text FROM unnest(p_commands) AS c(id) CROSS JOIN LATERAL
                        (SELECT FROM event e WHERE e.ledger = p_ledger AND e.command = c.id OFFSET 0) e LIMIT 1),
                   (SELECT i.item FROM unnest(p_items) AS i(item) CROSS JOIN LATERAL
                        (SELECT FROM event e WHERE e.ledger = p_ledger AND e.item = i.item OFFSET 0) e LIMIT 1))
          INTO v_broken
          FROM ledger l WHERE l.id = p_ledger AND l.position = p_position AND l.root = p_root;
        IF v_broken IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'LG002', MESSAGE = 'command', DETAIL = v_broken,
                HINT = 'A command with this id, or this payment, was accepted before.';
        END IF;
    END IF;

    -- Then the head, and with it the lock that puts appends in a row. Where it is not as far as it was when this was
    -- decided, the batch between is on its way, or failed.
    LOOP
        UPDATE ledger l SET
            position = p_position + v_events, root = p_new_root, peaks = p_new_peaks,
            recorded_at = p_times[v_events]
        WHERE l.id = p_ledger AND l.position = p_position AND l.root = p_root
        RETURNING l.first_share, l.gate INTO v_share, v_gate;
        v_taken := FOUND;
        EXIT WHEN v_taken OR v_waits = 20;
        PERFORM FROM ledger l WHERE l.id = p_ledger AND l.position < p_position;
        EXIT WHEN NOT FOUND;
        PERFORM pg_sleep(0.0005 * v_waits);
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('tranche append ' || p_ledger, p_position));
        v_waits := v_waits + 1;
    END LOOP;

    IF NOT v_taken THEN
        -- Every entry is compared, not the last alone: two processes may have put the same command on
        -- top of different ones.
        PERFORM FROM unnest(p_positions, p_entries) AS b(position, entry)
          LEFT JOIN event e ON e.ledger = p_ledger AND e.position = b.position AND e.entry = b.entry
         WHERE e.position IS NULL;
        RETURN CASE WHEN FOUND THEN NULL ELSE p_position + v_events END;
    END IF;

    v_step := 'event';
    SELECT b.stream, b.astray INTO v_broken, v_astray
      FROM (SELECT v.stream, min(v.version) AS low, max(v.version) AS high, count(*) AS versions,
                   max(v.times) AS times, bool_or(v.astray) AS astray
              FROM (SELECT u.stream, u.version, count(*) AS times,
                           bool_or(u.position IS DISTINCT FROM p_position + u.n) AS astray
                      FROM unnest(p_streams, p_versions, p_positions) WITH ORDINALITY AS u(stream, version, position, n)
                     GROUP BY u.stream, u.version) v
             GROUP BY v.stream) b
      LEFT JOIN LATERAL (SELECT e.version FROM event e
                          WHERE e.ledger = p_ledger AND hashtext(e.stream) = hashtext(b.stream) AND e.stream = b.stream
                                AND e.version >= b.low - 1
                          ORDER BY e.version DESC LIMIT 1) last ON true
     WHERE b.low <> coalesce(last.version, 0) + 1 OR b.high - b.low + 1 <> b.versions OR b.times > 1 OR b.astray
     ORDER BY b.astray DESC LIMIT 1;
    IF v_astray THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'positions',
            HINT = 'Positions run on from the expected head without a gap.';
    ELSIF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'LG003', MESSAGE = 'stream version', DETAIL = v_broken,
            HINT = 'The versions of a stream run on from its last without a gap.';
    END IF;

    INSERT INTO event (ledger, position, stream, version, type, business_date, recorded_at, item, command, entry)
    SELECT p_ledger, b.position, b.stream, b.version, b.type, b.business_date, b.recorded_at, b.item, b.command, b.entry
      FROM unnest(p_positions, p_streams, p_versions, p_types, p_dates, p_times, p_items, p_commands, p_entries)
           AS b(position, stream, version, type, business_date, recorded_at, item, command, entry);

    IF v_payments THEN
        FOR n IN 1 .. v_events LOOP
            CONTINUE WHEN p_types[n] <> 'PaymentReversed';
            v_step := 'entry';
            v_at := p_positions[n];
            v_amounts[n] := (SELECT -(x.j #>> '{data,amount}')::numeric
                FROM event e CROSS JOIN LATERAL (SELECT convert_from(e.entry, 'UTF8')::jsonb AS j OFFSET 0) x
               WHERE e.ledger = p_ledger AND e.item = '+' || substr(p_items[n], 2) AND e.position < v_at
                 AND x.j #>> '{data,pilot}' = v_pilots[n]);
            IF v_amounts[n] IS NULL THEN
                RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'entry', DETAIL = v_at::text,
                    HINT = 'A payment that is cancelled was recorded for the same pilot.';
            END IF;
        END LOOP;
        v_step := 'fund';
        -- Each pilot's row is looked up: without the list, all of a ledger whose pilots the planner has not counted are read.
        WITH told AS MATERIALIZED (
            SELECT u.pilot, sum(u.amount) AS paid FROM unnest(v_pilots, v_amounts) AS u(pilot, amount) GROUP BY u.pilot
        ), moved AS (
            UPDATE fund_position f SET paid = f.paid + t.paid FROM told t
             WHERE f.ledger = p_ledger AND f.pilot = t.pilot AND f.pilot = ANY (v_pilots)
            RETURNING f.pilot
        )
        SELECT (SELECT count(*) FROM told) = (SELECT count(*) FROM moved) INTO v_moved;
        IF NOT v_moved OR p_funds <> '[]' THEN
            SELECT u.pilot INTO v_broken FROM unnest(v_pilots) AS u(pilot)
             WHERE NOT EXISTS (SELECT FROM fund_position f WHERE f.ledger = p_ledger AND f.pilot = u.pilot) LIMIT 1;
            RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'fund move', DETAIL = coalesce(v_broken, p_funds::text),
                HINT = 'A pilot has no fund position (a recognition opens it); of payments alone no funds are told.';
        END IF;
    ELSE
        v_step := 'fund';
        PERFORM fund_batch(p_ledger, v_share, v_gate, p_funds);
        v_step := 'entry';
        PERFORM entry_check(
            p_ledger, p_positions, p_streams, p_versions, p_types, p_dates, p_times, p_items, p_commands, p_entries,
            p_funds);
    END IF;
    RETURN p_position + v_events;
EXCEPTION
    WHEN check_violation OR unique_violation THEN
        -- On a distributed table a shard's number hangs on the name.
        GET STACKED DIAGNOSTICS v_broken = CONSTRAINT_NAME;
        v_broken := regexp_replace(v_broken, '_[0-9]+$', '');
        IF v_step = 'fund' AND SQLSTATE = '23514' AND v_broken !~ '^(fund_position|ledger)' THEN
            PERFORM fund_culprit(p_ledger, coalesce(
                (SELECT jsonb_agg(jsonb_build_object('pilot', u.pilot, 'paid', u.amount))
                   FROM unnest(v_pilots, v_amounts) AS u(pilot, amount)), p_funds));
        ELSIF v_step = 'event' AND SQLSTATE = '23505' AND v_broken IN ('event_command', 'event_item') THEN
            RAISE EXCEPTION USING ERRCODE = 'LG002', MESSAGE = 'command', DETAIL = v_broken,
                HINT = 'A command with this id, or this payment, was accepted before, or stands twice in the batch.';
        ELSIF v_step = 'event' AND SQLSTATE = '23505' THEN
            RAISE EXCEPTION USING ERRCODE = 'LG003', MESSAGE = 'position', DETAIL = v_broken,
                HINT = 'A position stands there already.';
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = v_step, DETAIL = v_broken,
            HINT = 'The batch does not have the form of one.';
    WHEN integrity_constraint_violation OR data_exception THEN
        IF v_step = 'fund' AND v_pilots IS NULL THEN
            PERFORM entry_check(
                p_ledger, p_positions, p_streams, p_versions, p_types, p_dates, p_times, p_items, p_commands,
                p_entries, p_funds);
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = v_step, DETAIL = concat_ws(': ', v_at, SQLERRM),
            HINT = 'The batch does not have the form of one.';
END
$$;

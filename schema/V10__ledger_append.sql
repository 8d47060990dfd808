-- The append: one batch of entries, their commands and the movement of the funds, all or nothing, in one
-- statement. Answers the new head's position; NULL where another batch was there first (a stale head is
-- ordinary between processes, not an error). A batch that is already there, sent again because its answer
-- was lost, answers as it did then.
--
-- Errors are of our own class, for names and messages from below differ where the tables are distributed.
-- MESSAGE is for the program, DETAIL says which, HINT is for people:
--   LG001  a rule of the wall       MESSAGE the rule, DETAIL the pilot
--   LG002  a command id is there    DETAIL the id
--   LG003  a stream's versions or the positions would break   DETAIL the stream
--   LG004  the batch is malformed   MESSAGE what of it
--
-- p_funds: an array, in the order of the acts (see fund_batch). JSON rather than a dozen arrays: most moves
-- have one or two of the eleven amounts.
--
-- The plans are made once, on what may be an empty table, and kept while it grows: hence only plans that
-- stay good, by index and generic.
CREATE FUNCTION tranche.ledger_append(
    p_ledger bigint, p_position bigint, p_root bytea, p_new_root bytea, p_new_peaks bytea,
    p_positions bigint[], p_streams text[], p_versions integer[], p_types text[],
    p_dates date[], p_times timestamptz[], p_entries bytea[],
    p_command_ids uuid[], p_command_requests bytea[],
    p_command_firsts bigint[], p_command_events integer[], p_funds jsonb)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, tranche, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
    v_events   integer := cardinality(p_positions);
    v_commands integer := cardinality(p_command_ids);
    v_share    numeric;
    v_gate     text;
    v_broken   text;
    -- What is being done, for the answer to an integrity violation.
    v_step     text := 'head';
BEGIN
    IF v_events = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'lengths', HINT = 'A batch has an event.';
    END IF;
    -- Then the head, and with it the lock that puts appends in a row.
    UPDATE ledger l SET
        position = p_position + v_events, root = p_new_root, peaks = p_new_peaks,
        recorded_at = p_times[v_events]
    WHERE l.id = p_ledger AND l.position = p_position AND l.root = p_root
    RETURNING l.first_share, l.gate INTO v_share, v_gate;

    IF NOT FOUND THEN
        -- Every entry is compared, not the last alone: two processes may have put the same command on
        -- top of different ones.
        PERFORM FROM unnest(p_positions, p_entries) AS b(position, entry)
          LEFT JOIN event e ON e.ledger = p_ledger AND e.position = b.position AND e.entry = b.entry
         WHERE e.position IS NULL;
        RETURN CASE WHEN FOUND THEN NULL ELSE p_position + v_events END;
    END IF;

    v_step := 'batch';
    IF (cardinality(p_streams), cardinality(p_versions), cardinality(p_types),
           cardinality(p_dates), cardinality(p_times), cardinality(p_entries))
          IS DISTINCT FROM (v_events, v_events, v_events, v_events, v_events, v_events)
       OR (cardinality(p_command_requests), cardinality(p_command_firsts), cardinality(p_command_events))
          IS DISTINCT FROM (v_commands, v_commands, v_commands) THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'lengths',
            HINT = 'A batch''s arrays have one element an event or one a command.';
    END IF;
    PERFORM FROM unnest(p_positions) WITH ORDINALITY AS b(position, n)
     WHERE b.position IS DISTINCT FROM p_position + b.n;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'positions',
            HINT = 'Positions run on from the expected head without a gap.';
    END IF;
    PERFORM FROM unnest(p_command_firsts, p_command_events) AS c(first_position, events)
     WHERE c.first_position <= p_position OR c.first_position + c.events - 1 > p_position + v_events;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'commands',
            HINT = 'A command''s events stand in the batch it comes with.';
    END IF;

    -- The unique key keeps a version from standing twice; this keeps one from being left out.
    v_step := 'event';
    SELECT b.stream INTO v_broken
      FROM (SELECT u.stream, min(u.version) AS low, max(u.version) AS high, count(*) AS events
              FROM unnest(p_streams, p_versions) AS u(stream, version) GROUP BY u.stream) b
      LEFT JOIN LATERAL (SELECT e.version FROM event e
                          WHERE e.ledger = p_ledger AND e.stream = b.stream
                          ORDER BY e.version DESC LIMIT 1) last ON true
     WHERE b.low <> coalesce(last.version, 0) + 1 OR b.high - b.low + 1 <> b.events
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'LG003', MESSAGE = 'stream version', DETAIL = v_broken,
            HINT = 'The versions of a stream run on from its last without a gap.';
    END IF;

    INSERT INTO event (ledger, position, stream, version, type, business_date, recorded_at, entry)
    SELECT p_ledger, b.position, b.stream, b.version, b.type, b.business_date, b.recorded_at, b.entry
      FROM unnest(p_positions, p_streams, p_versions, p_types, p_dates, p_times, p_entries)
           AS b(position, stream, version, type, business_date, recorded_at, entry);

    v_step := 'command';
    INSERT INTO command (ledger, id, request, first_position, events)
    SELECT p_ledger, c.id, c.request, c.first_position, c.events
      FROM unnest(p_command_ids, p_command_requests, p_command_firsts, p_command_events)
           AS c(id, request, first_position, events);

    v_step := 'fund';
    PERFORM fund_batch(p_ledger, v_share, v_gate, p_funds);
    v_step := 'entry';
    PERFORM entry_check(p_ledger, p_positions, p_streams, p_versions, p_types, p_dates, p_times, p_entries, p_funds);
    RETURN p_position + v_events;
EXCEPTION
    WHEN check_violation OR unique_violation THEN
        -- On a distributed table a shard's number hangs on the name.
        GET STACKED DIAGNOSTICS v_broken = CONSTRAINT_NAME;
        v_broken := regexp_replace(v_broken, '_[0-9]+$', '');
        IF v_step = 'fund' AND SQLSTATE = '23514' AND v_broken !~ '^(fund_position|ledger)' THEN
            PERFORM fund_culprit(p_ledger, p_funds);
        ELSIF v_step = 'command' AND SQLSTATE = '23505' THEN
            RAISE EXCEPTION USING ERRCODE = 'LG002', MESSAGE = 'command',
                DETAIL = coalesce((SELECT c.id::text FROM command c
                                    WHERE c.ledger = p_ledger AND c.id = ANY (p_command_ids) LIMIT 1), ''),
                HINT = 'A command with this id was accepted before, or stands twice in the batch.';
        ELSIF v_step = 'event' AND SQLSTATE = '23505' THEN
            RAISE EXCEPTION USING ERRCODE = 'LG003', MESSAGE = 'position', DETAIL = v_broken,
                HINT = 'A position or a stream''s version stands there already.';
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = v_step, DETAIL = v_broken,
            HINT = 'The batch does not have the form of one.';
    WHEN integrity_constraint_violation OR data_exception THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = v_step, DETAIL = SQLERRM,
            HINT = 'The batch does not have the form of one.';
END
$$;
ALTER FUNCTION tranche.ledger_append(bigint, bigint, bytea, bytea, bytea, bigint[], text[], integer[], text[],
    date[], timestamptz[], bytea[], uuid[], bytea[], bigint[], integer[], jsonb)
    OWNER TO tranche_writer;

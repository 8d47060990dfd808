-- A command's id stands in its first event, beside the entry that says it, and is unique there: a command sent again is
-- answered with what it did the first time, and a batch that repeats one cannot commit (IDEM-01). Its other events,
-- which follow at once, have none. What the command asked for is in the entry, so nothing else need be kept of it.
ALTER TABLE tranche.event ADD COLUMN command uuid;
ALTER TABLE tranche.event DISABLE TRIGGER event_append_only;
UPDATE tranche.event e SET command = c.id
  FROM tranche.command c WHERE c.ledger = e.ledger AND c.first_position = e.position;
ALTER TABLE tranche.event ENABLE ALWAYS TRIGGER event_append_only;
CREATE UNIQUE INDEX event_command ON tranche.event (ledger, command) WHERE command IS NOT NULL;

-- The append and its look at the entries: as V17 made them, but for the commands.
DROP FUNCTION tranche.ledger_append(bigint, bigint, bytea, bytea, bytea, bigint[], text[], integer[], text[],
    date[], timestamptz[], text[], bytea[], uuid[], bytea[], bigint[], integer[], jsonb);
DROP FUNCTION tranche.entry_check(bigint, bigint[], text[], integer[], text[], date[], timestamptz[], text[],
    bytea[], jsonb);
DROP TABLE tranche.command;
GRANT CREATE ON SCHEMA tranche TO tranche_writer;

-- Whether an entry says what the columns beside it say. Put into the query that asks, so it sets no path of its own.
CREATE FUNCTION tranche.entry_sound(
    p_entry jsonb, p_position bigint, p_stream text, p_version integer, p_type text, p_date date, p_time timestamptz,
    p_item text, p_command uuid)
RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT (p_entry ->> 'position', p_entry ->> 'stream', p_entry ->> 'version', p_entry ->> 'type', p_entry ->> 'on',
            p_entry ->> 'recorded_at',
            CASE p_type WHEN 'PaymentRecorded' THEN '+' || (p_entry #>> '{data,payment}')
                        WHEN 'PaymentReversed' THEN '-' || (p_entry #>> '{data,payment}') END,
            CASE WHEN p_command IS NOT NULL THEN p_entry ->> 'command_id' END)
           IS NOT DISTINCT FROM
           (p_position::text, p_stream, p_version::text, p_type, to_char(p_date, 'YYYY-MM-DD'),
            to_char(p_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), p_item, p_command::text)
$$;
ALTER FUNCTION tranche.entry_sound(jsonb, bigint, text, integer, text, date, timestamptz, text, uuid)
    OWNER TO tranche_writer;

-- Looks at a batch of nothing but payments, as most are, and moves its funds: what entry_check and fund_batch do for
-- any batch, at a third of the cost of a single payment. The funds have to be the payments' sums and nothing else.
-- An entry that is no JSON is left to entry_check, which says which it is.
CREATE FUNCTION tranche.payment_batch(
    p_ledger bigint, p_positions bigint[], p_streams text[], p_versions integer[], p_types text[],
    p_dates date[], p_times timestamptz[], p_items text[], p_commands uuid[], p_entries bytea[], p_funds jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_unsound bigint;
    v_broken  text;
    v_moved   bigint;
BEGIN
    WITH parsed AS MATERIALIZED (
        SELECT b.position, x.j #>> '{data,pilot}' AS pilot, (x.j #>> '{data,amount}')::numeric AS amount,
               entry_sound(x.j, b.position, b.stream, b.version, b.type, b.business_date, b.recorded_at, b.item,
                           b.command) AS sound
          FROM unnest(p_positions, p_streams, p_versions, p_types, p_dates, p_times, p_items, p_commands, p_entries)
               AS b(position, stream, version, type, business_date, recorded_at, item, command, entry)
         CROSS JOIN LATERAL (SELECT convert_from(b.entry, 'UTF8')::jsonb AS j OFFSET 0) x
    ), told AS (
        SELECT p.pilot, p.amount AS said, 0::numeric AS moved FROM parsed p
        UNION ALL
        SELECT f.act ->> 'pilot', 0, CASE WHEN f.act - 'pilot' - 'paid' = '{}' THEN (f.act ->> 'paid')::numeric END
          FROM jsonb_array_elements(p_funds) AS f(act)
    )
    SELECT (SELECT min(p.position) FROM parsed p WHERE NOT p.sound),
           (SELECT min(coalesce(u.pilot, ''))
              FROM (SELECT t.pilot FROM told t GROUP BY t.pilot
                    HAVING sum(t.said) IS DISTINCT FROM sum(t.moved) OR bool_or(t.said IS NULL OR t.moved IS NULL)) u)
      INTO v_unsound, v_broken;

    IF v_unsound IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'entry', DETAIL = v_unsound::text,
            HINT = 'An entry and the columns beside it say the same.';
    ELSIF v_broken IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'the funds are not those of the entries',
            DETAIL = v_broken, HINT = 'A batch''s funds are those its entries tell of.';
    END IF;

    UPDATE fund_position f SET paid = f.paid + m.paid
      FROM jsonb_to_recordset(p_funds) AS m(pilot text, paid numeric)
     WHERE f.ledger = p_ledger AND f.pilot = m.pilot;
    GET DIAGNOSTICS v_moved = ROW_COUNT;
    IF v_moved <> jsonb_array_length(p_funds) THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'fund move', DETAIL = p_funds::text,
            HINT = 'A pilot has no fund position (a recognition opens it), or two moves at once.';
    END IF;
END
$$;
ALTER FUNCTION tranche.payment_batch(bigint, bigint[], text[], integer[], text[], date[], timestamptz[], text[],
    uuid[], bytea[], jsonb)
    OWNER TO tranche_writer;

CREATE FUNCTION tranche.entry_check(
    p_ledger bigint, p_positions bigint[], p_streams text[], p_versions integer[], p_types text[],
    p_dates date[], p_times timestamptz[], p_items text[], p_commands uuid[], p_entries bytea[], p_funds jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_back    CONSTANT text[] := ARRAY['ReleaseReversed', 'AssignmentChanged', 'PaymentReversed'];
    v_unsound bigint;
    v_broken  text;
BEGIN
    WITH parsed AS MATERIALIZED (
        SELECT b.position, b.type, b.business_date, b.command IS NOT NULL AS first, x.j ->> 'command_id' AS command,
               entry_sound(x.j, b.position, b.stream, b.version, b.type, b.business_date, b.recorded_at, b.item,
                           b.command) AS sound,
               CASE WHEN b.type IN ('ProgrammeOpened', 'ProgrammeAmended', 'PilotRecognised', 'FundsAllocated',
                   'AllocationAdjusted', 'PayoutDecided', 'TrancheReleased', 'ReleaseReversed', 'ProjectAssigned',
                   'AssignmentChanged', 'PaymentRecorded', 'PaymentReversed', 'ClawbackOrdered',
                   'ClawbackReceived') THEN x.j -> 'data' END AS data
          FROM unnest(p_positions, p_streams, p_versions, p_types, p_dates, p_times, p_items, p_commands, p_entries)
               AS b(position, stream, version, type, business_date, recorded_at, item, command, entry)
         CROSS JOIN LATERAL (SELECT convert_from(b.entry, 'UTF8')::jsonb AS j OFFSET 0) x
    ), act AS MATERIALIZED (
        SELECT p.position, p.type, p.business_date, p.data ->> 'pilot' AS pilot,
               coalesce(p.data ->> 'new_amount', p.data ->> 'amount')::numeric AS amount,
               CASE WHEN p.type IN ('TrancheReleased', 'ReleaseReversed') THEN 'released'
                    WHEN p.type IN ('ProjectAssigned', 'AssignmentChanged') THEN 'assigned'
                    WHEN p.type IN ('PaymentRecorded', 'PaymentReversed') THEN 'paid' END AS sum,
               CASE WHEN p.type IN ('TrancheReleased', 'ReleaseReversed') THEN p.data ->> 'release'
                    WHEN p.type IN ('ProjectAssigned', 'AssignmentChanged') THEN p.data ->> 'project'
                    WHEN p.type IN ('PaymentRecorded', 'PaymentReversed') THEN p.data ->> 'payment' END AS item,
               p.type IN ('ProgrammeOpened', 'ProgrammeAmended', 'PilotRecognised', 'FundsAllocated',
                   'AllocationAdjusted', 'PayoutDecided', 'TrancheReleased', 'ReleaseReversed') AS limits,
               CASE WHEN p.type NOT IN ('TrancheReleased', 'ProjectAssigned', 'PaymentRecorded') THEN p.data END AS data
          FROM parsed p
         WHERE p.data IS NOT NULL
    ), fund AS MATERIALIZED (
        SELECT a.n, a.act, a.act ->> 'pilot' AS pilot, (a.act ->> 'released')::numeric AS released,
               (a.act ->> 'allocated')::numeric AS allocated
          FROM jsonb_array_elements(p_funds) WITH ORDINALITY AS a(act, n)
    ), said_limit AS (
        SELECT a.position AS n, CASE
                   WHEN a.type IN ('ProgrammeOpened', 'ProgrammeAmended') THEN
                       concat_ws(' ', 'rules', trim_scale((r.rules ->> 'first_share')::numeric), r.rules ->> 'gate')
                   WHEN a.type = 'PilotRecognised' THEN
                       concat_ws(' ', 'open', a.pilot, extract(year FROM a.business_date))
                   WHEN a.type IN ('FundsAllocated', 'AllocationAdjusted') THEN
                       concat_ws(' ', 'allocated', a.pilot, trim_scale(a.amount))
                   WHEN a.type = 'PayoutDecided' THEN
                       concat_ws(' ', 'payout', a.pilot, trim_scale((a.data ->> 'ratio')::numeric))
                   WHEN a.type = 'TrancheReleased' THEN
                       concat_ws(' ', 'released', a.pilot, trim_scale(a.amount),
                           f.recognition_year = extract(year FROM a.business_date))
                   ELSE concat_ws(' ', 'reversed', a.pilot) END AS step
          FROM act a
         CROSS JOIN LATERAL (SELECT coalesce(a.data -> 'rules', a.data -> 'changes') AS rules) r
          LEFT JOIN fund_position f ON f.ledger = p_ledger AND f.pilot = a.pilot
         WHERE a.limits AND (a.type NOT IN ('ProgrammeOpened', 'ProgrammeAmended')
               OR r.rules ? 'first_share' OR r.rules ? 'gate')
    ), moved_limit AS (
        SELECT m.n, concat_ws(' ',
                   CASE WHEN m.pilot IS NULL THEN
                       concat_ws(' ', 'rules', trim_scale((m.act ->> 'first_share')::numeric), m.act ->> 'gate') END,
                   CASE WHEN m.act ? 'cap_kind' THEN
                       concat_ws(' ', 'open', m.pilot, m.act ->> 'recognition_year') END,
                   CASE WHEN (m.act ? 'allocated' OR m.act ? 'cap') AND NOT m.act ? 'cap_kind' THEN
                       concat_ws(' ', 'allocated', m.pilot, trim_scale(f.allocated - coalesce(sum(m.allocated)
                           OVER (PARTITION BY m.pilot ORDER BY m.n ROWS BETWEEN 1 FOLLOWING
                                 AND UNBOUNDED FOLLOWING), 0))) END,
                   CASE WHEN m.act ? 'payout_ratio' THEN
                       concat_ws(' ', 'payout', m.pilot, trim_scale((m.act ->> 'payout_ratio')::numeric)) END,
                   CASE WHEN m.released > 0 THEN
                       concat_ws(' ', 'released', m.pilot, trim_scale(m.released),
                           CASE coalesce((m.act ->> 'released_first_year')::numeric, 0)
                               WHEN m.released THEN true WHEN 0 THEN false END)
                        WHEN m.released < 0 AND coalesce((m.act ->> 'released_first_year')::numeric, 0)
                             IN (0, m.released) THEN concat_ws(' ', 'reversed', m.pilot)
                        WHEN m.act ? 'released' OR m.act ? 'released_first_year' THEN 'neither' END) AS step
          FROM fund m LEFT JOIN fund_position f ON f.ledger = p_ledger AND f.pilot = m.pilot
         WHERE m.pilot IS NULL OR m.act ?| ARRAY['cap_kind', 'cap', 'allocated', 'payout_ratio', 'released',
               'released_first_year']
    ), item AS (
        -- What the batch leaves of each thing, and whether the thing begins in it. Where it only adds, as most
        -- do, every act is a thing of its own.
        SELECT a.pilot, a.sum, a.item, coalesce(a.amount, 0) AS amount, true AS own
          FROM act a
         WHERE a.sum IS NOT NULL AND NOT (SELECT bool_or(b.type = ANY (v_back)) FROM act b)
        UNION ALL
        SELECT a.pilot, a.sum, a.item, coalesce((array_agg(a.amount ORDER BY a.position DESC))[1], 0) AS amount,
               (array_agg(a.type ORDER BY a.position))[1]
                   IN ('TrancheReleased', 'ProjectAssigned', 'PaymentRecorded') AS own
          FROM act a
         WHERE a.sum IS NOT NULL AND (SELECT bool_or(b.type = ANY (v_back)) FROM act b)
         GROUP BY a.pilot, a.sum, a.item
    ), said AS (
        SELECT i.pilot, i.sum, sum(i.amount) AS amount, bool_and(i.own) AS whole
          FROM item i GROUP BY i.pilot, i.sum
        UNION ALL
        SELECT a.pilot, CASE a.type WHEN 'ClawbackOrdered' THEN 'clawback_ordered' ELSE 'returned' END,
               sum(a.amount), true
          FROM act a WHERE a.type IN ('ClawbackOrdered', 'ClawbackReceived') GROUP BY 1, 2
        UNION ALL
        SELECT a.pilot, 'returned_unspent', sum(a.amount), true
          FROM act a WHERE a.type = 'ClawbackReceived' AND a.data ->> 'source' = 'unspent' GROUP BY 1
    ), moved AS (
        SELECT m.pilot, v.key AS sum, sum(v.value::numeric) AS amount
          FROM fund m CROSS JOIN LATERAL jsonb_each_text(m.act) AS v
         WHERE v.key IN ('released', 'assigned', 'paid', 'returned', 'returned_unspent', 'clawback_ordered')
         GROUP BY m.pilot, v.key
    ), unequal AS (
        SELECT coalesce(s.pilot, m.pilot) AS pilot
          FROM said s FULL JOIN moved m ON m.pilot = s.pilot AND m.sum = s.sum
          LEFT JOIN fund_position f ON f.ledger = p_ledger AND f.pilot = s.pilot
         WHERE CASE WHEN s.whole IS NOT FALSE THEN coalesce(m.amount, 0) <> coalesce(s.amount, 0)
               ELSE coalesce(m.amount, 0) > s.amount OR s.amount > coalesce(
                   CASE s.sum WHEN 'released' THEN f.released WHEN 'assigned' THEN f.assigned ELSE f.paid END, 0) END
    )
    SELECT (SELECT min(p.position) FROM parsed p
             WHERE NOT p.sound OR NOT p.first AND p.command IS DISTINCT FROM
                   (SELECT q.command FROM parsed q WHERE q.position = p.position - 1)),
           coalesce((SELECT min(u.pilot) FROM unequal u),
               CASE WHEN s.steps IS DISTINCT FROM m.steps
                    THEN format('%s, not %s', array_to_string(m.steps, '; '), array_to_string(s.steps, '; ')) END)
      INTO v_unsound, v_broken
      FROM (SELECT array_agg(l.step ORDER BY l.n) AS steps FROM said_limit l) s,
           (SELECT array_agg(l.step ORDER BY l.n) AS steps FROM moved_limit l) m;

    IF v_unsound IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'entry', DETAIL = v_unsound::text,
            HINT = 'An entry and the columns beside it say the same.';
    ELSIF v_broken IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'the funds are not those of the entries',
            DETAIL = left(v_broken, 1000), HINT = 'A batch''s funds are those its entries tell of.';
    END IF;
EXCEPTION WHEN data_exception THEN
    -- One of them is no JSON, or says no number where one is due; which, the append need not know in time.
    v_broken := SQLERRM;
    FOR n IN 1 .. cardinality(p_entries) LOOP
        v_unsound := p_positions[n];
        BEGIN
            PERFORM convert_from(p_entries[n], 'UTF8')::jsonb;
            v_unsound := NULL;
        EXCEPTION WHEN data_exception THEN
            EXIT;
        END;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'entry',
        DETAIL = concat_ws(': ', v_unsound, v_broken), HINT = 'An entry is JSON in UTF-8.';
END
$$;
ALTER FUNCTION tranche.entry_check(bigint, bigint[], text[], integer[], text[], date[], timestamptz[], text[],
    uuid[], bytea[], jsonb)
    OWNER TO tranche_writer;

CREATE FUNCTION tranche.ledger_append(
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
    v_events integer := cardinality(p_positions);
    v_share  numeric;
    v_gate   text;
    v_broken text;
    -- What is being done, for the answer to an integrity violation.
    v_step   text := 'head';
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
           cardinality(p_dates), cardinality(p_times), cardinality(p_items), cardinality(p_commands),
           cardinality(p_entries))
          IS DISTINCT FROM (v_events, v_events, v_events, v_events, v_events, v_events, v_events, v_events) THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'lengths',
            HINT = 'A batch''s arrays have one element an event.';
    END IF;
    PERFORM FROM unnest(p_positions) WITH ORDINALITY AS b(position, n)
     WHERE b.position IS DISTINCT FROM p_position + b.n;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'positions',
            HINT = 'Positions run on from the expected head without a gap.';
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

    INSERT INTO event (ledger, position, stream, version, type, business_date, recorded_at, item, command, entry)
    SELECT p_ledger, b.position, b.stream, b.version, b.type, b.business_date, b.recorded_at, b.item, b.command, b.entry
      FROM unnest(p_positions, p_streams, p_versions, p_types, p_dates, p_times, p_items, p_commands, p_entries)
           AS b(position, stream, version, type, business_date, recorded_at, item, command, entry);

    v_step := 'fund';
    IF p_types <@ ARRAY['PaymentRecorded'] AND array_position(p_commands, NULL) IS NULL THEN
        PERFORM payment_batch(
            p_ledger, p_positions, p_streams, p_versions, p_types, p_dates, p_times, p_items, p_commands, p_entries,
            p_funds);
    ELSE
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
            PERFORM fund_culprit(p_ledger, p_funds);
        ELSIF v_step = 'event' AND SQLSTATE = '23505' AND v_broken = 'event_command' THEN
            RAISE EXCEPTION USING ERRCODE = 'LG002', MESSAGE = 'command',
                DETAIL = coalesce((SELECT e.command::text FROM event e
                                    WHERE e.ledger = p_ledger AND e.command = ANY (p_commands) LIMIT 1), ''),
                HINT = 'A command with this id was accepted before, or stands twice in the batch.';
        ELSIF v_step = 'event' AND SQLSTATE = '23505' THEN
            RAISE EXCEPTION USING ERRCODE = 'LG003', MESSAGE = 'position', DETAIL = v_broken,
                HINT = 'A position or a stream''s version stands there already.';
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = v_step, DETAIL = v_broken,
            HINT = 'The batch does not have the form of one.';
    WHEN integrity_constraint_violation OR data_exception THEN
        IF v_step = 'fund' THEN
            PERFORM entry_check(
                p_ledger, p_positions, p_streams, p_versions, p_types, p_dates, p_times, p_items, p_commands,
                p_entries, p_funds);
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = v_step, DETAIL = SQLERRM,
            HINT = 'The batch does not have the form of one.';
END
$$;
ALTER FUNCTION tranche.ledger_append(bigint, bigint, bytea, bytea, bytea, bigint[], text[], integer[], text[],
    date[], timestamptz[], text[], uuid[], bytea[], jsonb)
    OWNER TO tranche_writer;

REVOKE CREATE ON SCHEMA tranche FROM tranche_writer;
REVOKE ALL ON FUNCTION
    tranche.ledger_append(bigint, bigint, bytea, bytea, bytea, bigint[], text[], integer[], text[],
        date[], timestamptz[], text[], uuid[], bytea[], jsonb),
    tranche.payment_batch(bigint, bigint[], text[], integer[], text[], date[], timestamptz[], text[], uuid[], bytea[],
        jsonb),
    tranche.entry_sound(jsonb, bigint, text, integer, text, date, timestamptz, text, uuid),
    tranche.entry_check(bigint, bigint[], text[], integer[], text[], date[], timestamptz[], text[], uuid[], bytea[],
        jsonb)
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    tranche.ledger_append(bigint, bigint, bytea, bytea, bytea, bigint[], text[], integer[], text[],
        date[], timestamptz[], text[], uuid[], bytea[], jsonb)
TO tranche_app;

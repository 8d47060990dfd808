-- The columns of an event are read off its entry by the append itself, so that the two cannot differ; before, they came
-- beside it in eight arrays, and each was compared with what the entry says. In an entry that follows one of the same
-- command, the command has no column.

GRANT CREATE ON SCHEMA tranche TO tranche_writer;

DROP FUNCTION tranche.ledger_append(bigint, bigint, bytea, bytea, bytea, bigint[], text[], integer[], text[],
    date[], timestamptz[], text[], uuid[], bytea[], jsonb);
DROP FUNCTION tranche.entry_check(bigint, bigint[], text[], integer[], text[], date[], timestamptz[], text[], uuid[],
    bytea[], jsonb);
DROP FUNCTION tranche.entry_sound(jsonb, bigint, text, integer, text, date, timestamptz, text, uuid);
DROP FUNCTION tranche.fund_version(bigint, text[], integer[]);

-- The payment an entry is about, as event.item has it. Put into the query that asks, so it sets no path of its own.
CREATE FUNCTION tranche.entry_item(p_act jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE p_act ->> 'type' WHEN 'PaymentRecorded' THEN '+' || (p_act #>> '{data,payment}')
                                 WHEN 'PaymentReversed' THEN '-' || (p_act #>> '{data,payment}') END
$$;
ALTER FUNCTION tranche.entry_item(jsonb) OWNER TO tranche_writer;
REVOKE ALL ON FUNCTION tranche.entry_item(jsonb) FROM PUBLIC;

-- Takes down how far a batch brings its pilots' streams.
CREATE FUNCTION tranche.fund_version(p_ledger bigint, p_acts jsonb[]) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, tranche, pg_temp
AS $$
BEGIN
    UPDATE fund_position f SET version = row.version
      FROM (SELECT u.act ->> 'stream' AS stream, max((u.act ->> 'version')::integer) AS version
              FROM unnest(p_acts) AS u(act) WHERE u.act ->> 'stream' LIKE 'pilot-%' GROUP BY 1) t CROSS JOIN LATERAL
           (SELECT p.ctid AS at, t.version FROM fund_position p
             WHERE p.ledger = p_ledger AND p.pilot = substr(t.stream, 7) OFFSET 0) row
     WHERE f.ledger = p_ledger AND f.ctid = row.at;
END
$$;
ALTER FUNCTION tranche.fund_version(bigint, jsonb[]) OWNER TO tranche_writer;
REVOKE ALL ON FUNCTION tranche.fund_version(bigint, jsonb[]) FROM PUBLIC;

-- Whether a batch's funds are those that its entries tell of, called when they have moved: the acts that limits rest on
-- one by one, in order, and each pilot's sums. Where the batch takes back or changes what an earlier one did, a sum
-- falls no lower than what its own entries leave of it, and rises by no more.
CREATE FUNCTION tranche.entry_check(p_ledger bigint, p_acts jsonb[], p_funds jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_back   CONSTANT text[] := ARRAY['ReleaseReversed', 'AssignmentChanged', 'PaymentReversed'];
    v_broken text;
BEGIN
    WITH parsed AS (
        SELECT b.n AS position, b.act ->> 'type' AS type, (b.act ->> 'on')::date AS business_date,
               CASE WHEN b.act ->> 'type' IN ('ProgrammeOpened', 'ProgrammeAmended', 'PilotRecognised',
                   'FundsAllocated', 'AllocationAdjusted', 'PayoutDecided', 'TrancheReleased', 'ReleaseReversed',
                   'ProjectAssigned', 'AssignmentChanged', 'PaymentRecorded', 'PaymentReversed', 'ClawbackOrdered',
                   'ClawbackReceived') THEN b.act -> 'data' END AS data
          FROM unnest(p_acts) WITH ORDINALITY AS b(act, n)
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
    SELECT coalesce((SELECT min(u.pilot) FROM unequal u),
               CASE WHEN s.steps IS DISTINCT FROM m.steps
                    THEN format('%s, not %s', array_to_string(m.steps, '; '), array_to_string(s.steps, '; ')) END)
      INTO v_broken
      FROM (SELECT array_agg(l.step ORDER BY l.n) AS steps FROM said_limit l) s,
           (SELECT array_agg(l.step ORDER BY l.n) AS steps FROM moved_limit l) m;

    IF v_broken IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'the funds are not those of the entries',
            DETAIL = left(v_broken, 1000), HINT = 'A batch''s funds are those its entries tell of.';
    END IF;
EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'entry', DETAIL = SQLERRM,
        HINT = 'One of the entries, or of the funds, has no number where one is due.';
END
$$;
ALTER FUNCTION tranche.entry_check(bigint, jsonb[], jsonb) OWNER TO tranche_writer;
REVOKE ALL ON FUNCTION tranche.entry_check(bigint, jsonb[], jsonb) FROM PUBLIC;

CREATE FUNCTION tranche.ledger_append(
    p_ledger bigint, p_position bigint, p_root bytea, p_new_root bytea, p_new_peaks bytea, p_entries bytea[],
    p_funds jsonb)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, tranche, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
SET enable_hashjoin = off
SET enable_material = off
AS $$
DECLARE
    v_events   integer := cardinality(p_entries);
    v_share    numeric;
    v_gate     text;
    v_broken   text;
    v_astray   boolean;
    v_late     boolean;
    v_taken    boolean;
    v_waits    integer := 0;
    -- The entries, read, and the one that is looked at, in the end the last.
    v_acts     jsonb[];
    v_act      jsonb;
    v_sound    boolean;
    -- Of a batch of payments: whose each is, and its amount; of each pilot, what it pays and the versions it takes.
    v_payments boolean := true;
    v_pilots   text[];
    v_amounts  numeric[];
    v_whose    text[];
    v_paid     numeric[];
    v_lows     integer[];
    v_highs    integer[];
    v_due      bigint;
    v_moved    bigint;
    -- What is being done, for the answer to an integrity violation; of entries, which is looked at.
    v_step     text := 'head';
    v_at       bigint;
BEGIN
    IF v_events > 0 IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'lengths', HINT = 'A batch has an event.';
    END IF;

    -- A batch on top of this one may come on another connection, and waits for this to end; it may be there already.
    IF v_events > 4 THEN
        PERFORM pg_try_advisory_xact_lock(hashtextextended('tranche append ' || p_ledger, p_position + v_events));
    END IF;

    -- What an entry says is looked at before anything is written.
    v_step := 'entry';
    FOR n IN 1 .. v_events LOOP
        v_at := p_position + n;
        v_act := convert_from(p_entries[n], 'UTF8')::jsonb;
        v_acts[n] := v_act;
        -- Each as it will be read from its column: a cast alone takes other writings of it, too.
        v_sound := v_act ->> 'position' = v_at::text AND (v_act ->> 'version')::integer::text = v_act ->> 'version'
            AND (v_act ->> 'command_id')::uuid::text = v_act ->> 'command_id'
            AND to_char((v_act ->> 'on')::date, 'YYYY-MM-DD') = v_act ->> 'on'
            AND to_char((v_act ->> 'recorded_at')::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                = v_act ->> 'recorded_at';
        IF v_act ->> 'type' IN ('PaymentRecorded', 'PaymentReversed') THEN
            v_pilots[n] := v_act #>> '{data,pilot}';
            v_amounts[n] := CASE v_act ->> 'type' WHEN 'PaymentRecorded' THEN (v_act #>> '{data,amount}')::numeric END;
            v_sound := v_sound AND v_act ->> 'stream' = 'pilot-' || v_pilots[n]
                AND v_act #>> '{data,payment}' IS NOT NULL
                AND (v_amounts[n] IS NOT NULL OR v_act ->> 'type' = 'PaymentReversed');
        ELSE
            v_payments := false;
        END IF;
        IF v_sound IS NOT TRUE THEN
            RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'entry', DETAIL = v_at::text,
                HINT = 'An entry is JSON in UTF-8 and says its place, its times, its command and what it is about.';
        END IF;
    END LOOP;
    v_step := 'head';
    v_at := NULL;

    -- What came too late writes nothing; nor does an event alone that is there. Of several the unique keys say it for
    -- less, only that the batch is undone then.
    SELECT l.position > p_position OR l.position = p_position AND l.root <> p_root,
           CASE WHEN v_events = 1 AND l.position = p_position THEN coalesce(
               (SELECT e.command::text FROM event e
                 WHERE e.ledger = p_ledger AND e.command = (v_act ->> 'command_id')::uuid),
               (SELECT e.item FROM event e WHERE e.ledger = p_ledger AND e.item = entry_item(v_act))) END
      INTO v_late, v_broken
      FROM ledger l WHERE l.id = p_ledger;
    IF v_late THEN
        RAISE EXCEPTION USING ERRCODE = 'LG009';
    ELSIF v_broken IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'LG002', MESSAGE = 'command', DETAIL = v_broken,
            HINT = 'A command with this id, or this payment, was accepted before.';
    END IF;

    v_step := 'event';
    INSERT INTO event (ledger, position, stream, version, type, business_date, recorded_at, item, command, entry)
    SELECT p_ledger, p_position + n, v_acts[n] ->> 'stream', (v_acts[n] ->> 'version')::integer, v_acts[n] ->> 'type',
           (v_acts[n] ->> 'on')::date, (v_acts[n] ->> 'recorded_at')::timestamptz, entry_item(v_acts[n]),
           CASE WHEN n = 1 OR v_acts[n] ->> 'command_id' <> v_acts[n - 1] ->> 'command_id'
                THEN (v_acts[n] ->> 'command_id')::uuid END, p_entries[n]
      FROM generate_series(1, v_events) AS n;

    -- Then the head, and with it the lock that puts appends in a row. Where it is not as far as it was when this was
    -- decided, the batch between is on its way, or failed.
    v_step := 'head';
    LOOP
        UPDATE ledger l SET
            position = p_position + v_events, root = p_new_root, peaks = p_new_peaks,
            recorded_at = (v_act ->> 'recorded_at')::timestamptz
        WHERE l.id = p_ledger AND l.position = p_position AND l.root = p_root
        RETURNING l.first_share, l.gate INTO v_share, v_gate;
        v_taken := FOUND;
        EXIT WHEN v_taken OR v_waits = 20;
        -- It may have come since.
        PERFORM FROM ledger l
          WHERE l.id = p_ledger AND (l.position < p_position OR l.position = p_position AND l.root = p_root);
        EXIT WHEN NOT FOUND;
        PERFORM pg_sleep(0.0005 * v_waits);
        -- Given back at once, for one that comes late is to have it for those that wait.
        PERFORM pg_advisory_lock_shared(hashtextextended('tranche append ' || p_ledger, p_position));
        PERFORM pg_advisory_unlock_shared(hashtextextended('tranche append ' || p_ledger, p_position));
        v_waits := v_waits + 1;
    END LOOP;

    IF NOT v_taken THEN
        RAISE EXCEPTION USING ERRCODE = 'LG009';
    END IF;

    IF v_payments THEN
        FOR n IN 1 .. v_events LOOP
            CONTINUE WHEN v_acts[n] ->> 'type' <> 'PaymentReversed';
            v_step := 'entry';
            v_at := p_position + n;
            v_amounts[n] := (SELECT -(x.j #>> '{data,amount}')::numeric
                FROM event e CROSS JOIN LATERAL (SELECT convert_from(e.entry, 'UTF8')::jsonb AS j OFFSET 0) x
               WHERE e.ledger = p_ledger AND e.item = '+' || (v_acts[n] #>> '{data,payment}') AND e.position < v_at
                 AND x.j #>> '{data,pilot}' = v_pilots[n]);
            IF v_amounts[n] IS NULL THEN
                RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'entry', DETAIL = v_at::text,
                    HINT = 'A payment that is cancelled was recorded for the same pilot.';
            END IF;
        END LOOP;
        v_step := 'fund';
        v_at := NULL;
        IF v_events = 1 THEN
            v_due := 1;
            v_whose := v_pilots;
            v_paid := v_amounts;
            v_lows := ARRAY[(v_act ->> 'version')::integer];
            v_highs := v_lows;
        ELSE
            SELECT array_agg(t.pilot), array_agg(t.paid), array_agg(t.low), array_agg(t.high), count(*),
                   min(t.pilot) FILTER (WHERE t.high - t.low + 1 <> t.versions OR t.events <> t.versions)
              INTO v_whose, v_paid, v_lows, v_highs, v_due, v_broken
              FROM (SELECT v_pilots[n] AS pilot, sum(v_amounts[n]) AS paid, min(x.version) AS low,
                           max(x.version) AS high, count(*) AS events, count(DISTINCT x.version) AS versions
                      FROM generate_series(1, v_events) AS n
                     CROSS JOIN LATERAL (SELECT (v_acts[n] ->> 'version')::integer AS version) x
                     GROUP BY v_pilots[n]) t;
        END IF;
        IF v_broken IS NULL THEN
            -- Each row is looked up by itself: of a ledger whose pilots the planner has not counted, it would read all;
            -- of a series of numbers it expects a thousand, and would hash them.
            UPDATE fund_position f SET paid = f.paid + row.paid, version = row.high
              FROM unnest(v_whose) WITH ORDINALITY AS t(pilot, n) CROSS JOIN LATERAL
                   (SELECT p.ctid AS at, v_paid[t.n] AS paid, v_lows[t.n] AS low, v_highs[t.n] AS high
                      FROM fund_position p WHERE p.ledger = p_ledger AND p.pilot = t.pilot OFFSET 0) row
             WHERE f.ledger = p_ledger AND f.ctid = row.at
                   -- An append from before there were versions left one behind: the log says how far the stream is.
                   AND CASE WHEN f.version < row.low - 1
                            THEN stream_ends(p_ledger, 'pilot-' || f.pilot, row.low - 1, p_position)
                            ELSE f.version = row.low - 1 END;
            GET DIAGNOSTICS v_moved = ROW_COUNT;
            IF v_moved <> v_due THEN
                -- Those that moved have come as far as they were to.
                SELECT t.pilot, f.pilot IS NULL INTO v_broken, v_astray
                  FROM unnest(v_whose, v_highs) AS t(pilot, high)
                  LEFT JOIN fund_position f ON f.ledger = p_ledger AND f.pilot = t.pilot
                 ORDER BY f.version IS NOT DISTINCT FROM t.high LIMIT 1;
            END IF;
        END IF;
        IF v_astray OR p_funds <> '[]' THEN
            RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'fund move', DETAIL = coalesce(v_broken, p_funds::text),
                HINT = 'A pilot has no fund position (a recognition opens it); of payments alone no funds are told.';
        ELSIF v_broken IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'LG003', MESSAGE = 'stream version', DETAIL = 'pilot-' || v_broken,
                HINT = 'The versions of a stream run on from its last without a gap.';
        END IF;
    ELSE
        v_step := 'version';
        SELECT b.stream INTO v_broken
          FROM (SELECT x.stream, min(x.version) AS low, max(x.version) AS high, count(*) AS events,
                       count(DISTINCT x.version) AS versions
                  FROM unnest(v_acts) AS u(act) CROSS JOIN LATERAL
                       (SELECT u.act ->> 'stream' AS stream, (u.act ->> 'version')::integer AS version) x
                 GROUP BY x.stream) b
         WHERE b.high - b.low + 1 <> b.versions OR b.events <> b.versions
               OR NOT stream_ends(p_ledger, b.stream, b.low - 1, p_position)
         LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'LG003', MESSAGE = 'stream version', DETAIL = v_broken,
                HINT = 'The versions of a stream run on from its last without a gap.';
        END IF;

        v_step := 'fund';
        PERFORM fund_batch(p_ledger, v_share, v_gate, p_funds);
        PERFORM fund_version(p_ledger, v_acts);
        v_step := 'entry';
        PERFORM entry_check(p_ledger, v_acts, p_funds);
    END IF;
    RETURN p_position + v_events;
EXCEPTION
    WHEN SQLSTATE 'LG009' OR check_violation OR unique_violation THEN
        -- Another batch was first: perhaps this one, sent before. Every entry is compared, not the last alone: two
        -- processes may have put the same command on top of different ones.
        IF SQLSTATE = 'LG009' OR SQLSTATE = '23505' AND v_step = 'event' AND EXISTS
           (SELECT FROM ledger l WHERE l.id = p_ledger
               AND (l.position > p_position OR l.position = p_position AND l.root <> p_root))
        THEN
            PERFORM FROM generate_series(1, v_events) AS n
              WHERE p_entries[n] IS DISTINCT FROM
                    (SELECT e.entry FROM event e WHERE e.ledger = p_ledger AND e.position = p_position + n);
            RETURN CASE WHEN FOUND THEN NULL ELSE p_position + v_events END;
        END IF;
        -- On a distributed table a shard's number hangs on the name.
        GET STACKED DIAGNOSTICS v_broken = CONSTRAINT_NAME;
        v_broken := regexp_replace(v_broken, '_[0-9]+$', '');
        IF v_step = 'fund' AND SQLSTATE = '23514' AND v_broken !~ '^(fund_position|ledger)' THEN
            PERFORM fund_culprit(p_ledger, coalesce(
                (SELECT jsonb_agg(jsonb_build_object('pilot', u.pilot, 'paid', u.amount))
                   FROM unnest(v_pilots, v_amounts) AS u(pilot, amount) WHERE v_payments), p_funds));
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
        IF v_step = 'fund' AND NOT v_payments THEN
            PERFORM entry_check(p_ledger, v_acts, p_funds);
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = v_step, DETAIL = concat_ws(': ', v_at, SQLERRM),
            HINT = 'The batch does not have the form of one.';
END
$$;
ALTER FUNCTION tranche.ledger_append(bigint, bigint, bytea, bytea, bytea, bytea[], jsonb) OWNER TO tranche_writer;
REVOKE ALL ON FUNCTION tranche.ledger_append(bigint, bigint, bytea, bytea, bytea, bytea[], jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tranche.ledger_append(bigint, bigint, bytea, bytea, bytea, bytea[], jsonb) TO tranche_app;

REVOKE CREATE ON SCHEMA tranche FROM tranche_writer;

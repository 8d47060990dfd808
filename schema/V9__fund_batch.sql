-- How the append moves the funds of a batch. None of these functions is the application's to call.

-- Opens the fund positions of newly recognised pilots: those of a batch's funds that say a kind of cap.
CREATE FUNCTION tranche.fund_open(p_ledger bigint, p_funds jsonb) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, tranche, pg_temp
AS $$
    INSERT INTO fund_position (ledger, pilot, cap_kind, cap, recognition_year)
    SELECT p_ledger, m.pilot, m.cap_kind, m.cap, m.recognition_year
      FROM jsonb_to_recordset(p_funds) AS m(pilot text, cap_kind text, cap numeric, recognition_year integer)
     WHERE m.cap_kind IS NOT NULL
$$;
ALTER FUNCTION tranche.fund_open(bigint, jsonb) OWNER TO tranche_writer;

-- Moves the funds of a batch. p_funds: an array, in the order of the acts, of
--   {"first_share"?, "gate"?}                               parameters, which hold from there on;
--   {"pilot", "cap_kind", "cap", "recognition_year"}        positions to open;
--   {"pilot", …}                                            moves (see fund_move).
-- p_first_share, p_gate: those in force before the batch; the head is left with those in force after it.
--
-- Positions are opened first. Then, between one change of the parameters and the next, every pilot's first
-- move, then every pilot's second, …: in order for each.
CREATE FUNCTION tranche.fund_batch(p_ledger bigint, p_first_share numeric, p_gate text, p_funds jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_round record;
    v_share numeric := p_first_share;
    v_gate  text := p_gate;
BEGIN
    PERFORM fund_open(p_ledger, p_funds);
    FOR v_round IN
        SELECT r.round, jsonb_agg(r.act) AS acts
          FROM (SELECT s.act, s.segment, CASE WHEN s.act ? 'pilot'
                       THEN row_number() OVER (PARTITION BY s.segment, s.act ->> 'pilot' ORDER BY s.n)
                       ELSE 0 END AS round
                  FROM (SELECT a.act, a.n,
                               count(*) FILTER (WHERE NOT a.act ? 'pilot') OVER (ORDER BY a.n) AS segment
                          FROM jsonb_array_elements(p_funds) WITH ORDINALITY AS a(act, n)
                         WHERE NOT a.act ? 'cap_kind') s) r
         GROUP BY r.segment, r.round ORDER BY r.segment, r.round
    LOOP
        IF v_round.round = 0 THEN
            v_share := coalesce((v_round.acts #>> '{0,first_share}')::numeric, v_share);
            v_gate := coalesce(v_round.acts #>> '{0,gate}', v_gate);
        ELSE
            PERFORM fund_move(p_ledger, v_share, v_gate, v_round.acts);
        END IF;
    END LOOP;
    IF (v_share, v_gate) IS DISTINCT FROM (p_first_share, p_gate) THEN
        UPDATE ledger l SET first_share = v_share, gate = v_gate WHERE l.id = p_ledger;
    END IF;
END
$$;
ALTER FUNCTION tranche.fund_batch(bigint, numeric, text, jsonb) OWNER TO tranche_writer;

-- Says which pilot of a refused batch breaks which rule, by moving the funds again one act at a time, in
-- order. Called when all of the batch is undone already; always raises.
CREATE FUNCTION tranche.fund_culprit(p_ledger bigint, p_funds jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_fund  jsonb;
    v_share numeric;
    v_gate  text;
    v_rule  text;
BEGIN
    SELECT l.first_share, l.gate INTO v_share, v_gate FROM ledger l WHERE l.id = p_ledger;
    FOR v_fund IN SELECT value FROM jsonb_array_elements(p_funds) LOOP
        PERFORM fund_batch(p_ledger, v_share, v_gate, jsonb_build_array(v_fund));
        CONTINUE WHEN v_fund ? 'pilot';
        v_share := coalesce((v_fund ->> 'first_share')::numeric, v_share);
        v_gate := coalesce(v_fund ->> 'gate', v_gate);
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'fund', DETAIL = p_funds::text,
        HINT = 'The funds break a rule together and none alone.';
EXCEPTION WHEN check_violation THEN
    -- On a distributed table a shard's number hangs on the name.
    GET STACKED DIAGNOSTICS v_rule = CONSTRAINT_NAME;
    v_rule := regexp_replace(v_rule, '_[0-9]+$', '');
    RAISE EXCEPTION USING ERRCODE = 'LG001', MESSAGE = v_rule, DETAIL = v_fund ->> 'pilot',
        HINT = format('The ledger''s second wall: rule %s does not let this batch in.', v_rule);
END
$$;
ALTER FUNCTION tranche.fund_culprit(bigint, jsonb) OWNER TO tranche_writer;

-- Looks at the entries of a batch, each parsed once: at the columns beside them, and at the funds that came
-- with them, which are to be those the entries tell of. Called when the funds have moved; not the
-- application's to call. LG004 'entry' names the position, LG004 'fund' the pilot or the acts.
--
-- Two things are compared. The acts that limits rest on (parameters, recognitions, allocations, payout
-- decisions, releases) one by one, in order. And each pilot's sums: equal, but where the batch takes back
-- or changes what an earlier one did, and its amount is not at hand without reading the log. There a sum
-- falls no lower than what the batch's own entries leave of it, and rises by no more.
--
-- Trusted: the caps and their kinds, and the amount of an earlier release, payment or assignment that is
-- taken back. The rebuild makes all of these from the log.
CREATE FUNCTION tranche.entry_check(
    p_ledger bigint, p_positions bigint[], p_streams text[], p_versions integer[], p_types text[],
    p_dates date[], p_times timestamptz[], p_entries bytea[], p_funds jsonb)
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
        SELECT b.position, b.type, b.business_date,
               (x.j ->> 'position', x.j ->> 'stream', x.j ->> 'version', x.j ->> 'type', x.j ->> 'on',
                x.j ->> 'recorded_at')
               IS NOT DISTINCT FROM
               (b.position::text, b.stream, b.version::text, b.type, to_char(b.business_date, 'YYYY-MM-DD'),
                to_char(b.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) AS sound,
               CASE WHEN b.type IN ('ProgrammeOpened', 'ProgrammeAmended', 'PilotRecognised', 'FundsAllocated',
                   'AllocationAdjusted', 'PayoutDecided', 'TrancheReleased', 'ReleaseReversed', 'ProjectAssigned',
                   'AssignmentChanged', 'PaymentRecorded', 'PaymentReversed', 'ClawbackOrdered',
                   'ClawbackReceived') THEN x.j -> 'data' END AS data
          FROM unnest(p_positions, p_streams, p_versions, p_types, p_dates, p_times, p_entries)
               AS b(position, stream, version, type, business_date, recorded_at, entry)
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
    SELECT (SELECT min(p.position) FROM parsed p WHERE NOT p.sound),
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
ALTER FUNCTION tranche.entry_check(bigint, bigint[], text[], integer[], text[], date[], timestamptz[], bytea[], jsonb)
    OWNER TO tranche_writer;

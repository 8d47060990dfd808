-- Moves pilots' sums, each by one act's deltas, and, where money is released, its limits. The one place
-- where the limits' formula stands: the append and the rebuild both come through here.
--
-- p_moves: an array of at most one move a pilot: {"pilot", "cap"?, "allocated"?, "payout_ratio"?,
-- "released"?, "released_first_year"?, "assigned"?, "paid"?, "returned"?, "returned_unspent"?,
-- "clawback_ordered"?}. `cap` and `payout_ratio` are set, all others added; what is absent stays. Many in
-- one statement, for PostgreSQL prepares a table's constraints anew for each: with the sixteen here that
-- takes several times as long as moving a row.
--
-- Not the application's to call: it runs inside the functions of the writer.
CREATE FUNCTION tranche.fund_move(p_ledger bigint, p_first_share numeric, p_gate text, p_moves jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_moved bigint;
BEGIN
    UPDATE fund_position f SET
        cap                 = coalesce(m.cap, f.cap),
        allocated           = f.allocated + coalesce(m.allocated, 0),
        payout_ratio        = coalesce(m.payout_ratio, f.payout_ratio),
        released            = f.released + coalesce(m.released, 0),
        released_first_year = f.released_first_year + coalesce(m.released_first_year, 0),
        assigned            = f.assigned + coalesce(m.assigned, 0),
        paid                = f.paid + coalesce(m.paid, 0),
        returned            = f.returned + coalesce(m.returned, 0),
        returned_unspent    = f.returned_unspent + coalesce(m.returned_unspent, 0),
        clawback_ordered    = f.clawback_ordered + coalesce(m.clawback_ordered, 0),
        -- TR-01: F.
        first_year_limit = CASE WHEN m.released_first_year > 0
            THEN p_first_share * (f.allocated + coalesce(m.allocated, 0))
            ELSE f.first_year_limit END,
        -- TR-02: F + U·(A − F); where the gate is the remainder after the year and the release is dated
        -- after it, what was released in the year stands for F.
        release_limit = CASE
            WHEN NOT m.released > 0 OR m.released IS NULL THEN f.release_limit
            WHEN p_gate = 'remainder_after_year' AND m.released > coalesce(m.released_first_year, 0) THEN
                (f.released_first_year + coalesce(m.released_first_year, 0))
                + coalesce(m.payout_ratio, f.payout_ratio)
                  * (f.allocated + coalesce(m.allocated, 0)
                     - (f.released_first_year + coalesce(m.released_first_year, 0)))
            ELSE
                p_first_share * (f.allocated + coalesce(m.allocated, 0))
                + coalesce(m.payout_ratio, f.payout_ratio)
                  * (1 - p_first_share) * (f.allocated + coalesce(m.allocated, 0))
            END,
        -- TR-04: A.
        release_ceiling = CASE WHEN m.released > 0
            THEN f.allocated + coalesce(m.allocated, 0)
            ELSE f.release_ceiling END
    FROM jsonb_to_recordset(p_moves) AS m(pilot text, cap numeric, allocated numeric, payout_ratio numeric,
        released numeric, released_first_year numeric, assigned numeric, paid numeric, returned numeric,
        returned_unspent numeric, clawback_ordered numeric)
    WHERE f.ledger = p_ledger AND f.pilot = m.pilot;

    GET DIAGNOSTICS v_moved = ROW_COUNT;
    IF v_moved <> jsonb_array_length(p_moves) THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'fund move', DETAIL = p_moves::text,
            HINT = 'A pilot has no fund position (a recognition opens it), or two moves at once.';
    END IF;
END
$$;
ALTER FUNCTION tranche.fund_move(bigint, numeric, text, jsonb) OWNER TO tranche_writer;

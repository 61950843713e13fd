-- Queries over the NDJSON reports of a fleet, for DuckDB. Each file holds one report, one record a line.

-- accounts: worst first
SELECT findings.account, count(*) AS failed,
       count(*) FILTER (findings.severity = 'critical') AS critical
FROM read_ndjson_auto('reports/*.ndjson', union_by_name = true, sample_size = -1) AS findings
WHERE findings.record = 'finding' AND findings.verdict = 'FAIL'
GROUP BY findings.account
ORDER BY critical DESC, failed DESC, findings.account;

-- checks: those that fail most often
SELECT "check", severity, count(DISTINCT resource) AS resources
FROM read_ndjson_auto('reports/*.ndjson', union_by_name = true, sample_size = -1)
WHERE record = 'finding' AND verdict = 'FAIL'
GROUP BY ALL
ORDER BY resources DESC, "check";

-- functions: the lowest scores
SELECT arn, score, grade, at_most
FROM read_ndjson_auto('reports/*.ndjson', union_by_name = true, sample_size = -1)
WHERE record = 'function' AND score IS NOT NULL
ORDER BY score, arn
LIMIT 20;

-- coverage: what could not be observed, with the next step
SELECT operation, kind, account, count(*) AS gaps, sum(CAST(verdicts AS BIGINT)) AS verdicts, any_value(next_step) AS next_step
FROM read_ndjson_auto('reports/*.ndjson', union_by_name = true, sample_size = -1)
WHERE record = 'gap' AND incomplete
GROUP BY operation, kind, account
ORDER BY gaps DESC, operation, account;

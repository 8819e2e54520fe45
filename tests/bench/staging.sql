-- The rules of the job population_civil as somebody writes them in SQL, for the benchmark: white space
-- and Unicode's form, codes by name or alias, dates, identity and telephone numbers. Rows that break a
-- rule are left out; which, and why, nobody is told.
CREATE TEMP TABLE alias AS
    SELECT 'sex' AS list, code, lower(name) AS word FROM (SELECT code, unnest(string_to_array(civil, '|')) FROM ref.sex) s(code, name)
    UNION SELECT 'ethnic', code, lower(name) FROM (SELECT code, unnest(string_to_array(civil, '|')) FROM ref.ethnic) s(code, name)
    UNION SELECT 'religion', code, lower(name) FROM (SELECT code, unnest(string_to_array(civil, '|')) FROM ref.religion) s(code, name)
    UNION SELECT 'life', code, lower(name) FROM (SELECT code, unnest(string_to_array(civil, '|')) FROM ref.life_status) s(code, name);
CREATE UNIQUE INDEX ON alias (list, word);
CREATE TEMP TABLE unit AS SELECT DISTINCT ON (gso) gso, code FROM ref.admin_unit WHERE gso <> '' ORDER BY gso;
ANALYZE alias;
ANALYZE unit;

INSERT INTO bench.person (_hash, _valid_from, _run, _source, _key, citizen_id, other_id, full_name, birth_date, sex,
    ethnic, religion, admin_unit, address, phone, household, relation, life_status, updated_at)
SELECT md5(s::text)::uuid, now(), 1, 'civil', s.id::text,
    CASE WHEN length(so_cccd) = 11 THEN '0' || so_cccd ELSE so_cccd END,
    nullif(btrim(so_cmnd), ''),
    initcap(normalize(btrim(regexp_replace(ho_ten, '\s+', ' ', 'g')), NFC)),
    CASE
        WHEN ngay_sinh ~ '^\d{2}[/-]\d{2}[/-]\d{4}$'
            THEN substr(ngay_sinh, 7, 4) || '-' || substr(ngay_sinh, 4, 2) || '-' || substr(ngay_sinh, 1, 2)
        WHEN ngay_sinh ~ '^\d{2}/\d{4}$' THEN substr(ngay_sinh, 4, 4) || '-' || substr(ngay_sinh, 1, 2)
        WHEN ngay_sinh ~ '^\d{4}$' THEN ngay_sinh
    END,
    sex.code, ethnic.code, religion.code, unit.code,
    nullif(normalize(btrim(regexp_replace(dia_chi, '\s+', ' ', 'g')), NFC), ''),
    CASE WHEN regexp_replace(dien_thoai, '\D', '', 'g') ~ '^0\d{9}$'
        THEN '+84' || substr(regexp_replace(dien_thoai, '\D', '', 'g'), 2) END,
    nullif(btrim(so_ho), ''),
    nullif(normalize(btrim(quan_he), NFC), ''),
    life.code,
    cap_nhat AT TIME ZONE 'Asia/Ho_Chi_Minh'
FROM bench.stage s
LEFT JOIN alias sex ON sex.list = 'sex' AND sex.word = lower(normalize(btrim(gioi_tinh), NFC))
LEFT JOIN alias ethnic ON ethnic.list = 'ethnic' AND ethnic.word = lower(normalize(btrim(dan_toc), NFC))
LEFT JOIN alias religion ON religion.list = 'religion' AND religion.word = lower(normalize(btrim(ton_giao), NFC))
LEFT JOIN alias life ON life.list = 'life' AND life.word = tinh_trang
LEFT JOIN unit ON unit.gso = btrim(ma_phuong)
WHERE btrim(coalesce(ho_ten, '')) <> '' AND (so_cccd IS NULL OR so_cccd ~ '^\d{11,12}$');
ALTER TABLE bench.person ADD PRIMARY KEY (_key, _source);

-- Student's t as the normal score that is equally unlikely, as AttnSweep.Statistics.StudentAsNormal has it: z scores over a few seeds would
-- otherwise cry wolf. PostgreSQL 15 has neither the incomplete beta function nor the inverse of the normal distribution.
-- Works with the logarithm of the tail, because exp() raises an error where it underflows.
CREATE FUNCTION student_z(t double precision, degrees double precision) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    -- The two-sided p is I_x(degrees / 2, 1 / 2), the regularised incomplete beta function.
    x double precision;
    a double precision;
    b double precision;
    flipped boolean;
    -- Lanczos' ln Gamma with g = 7 and nine terms.
    lanczos CONSTANT double precision[] := ARRAY[0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
        -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];
    gammas double precision[] := '{}';
    s double precision;
    c double precision;
    d double precision;
    f double precision;
    step double precision;
    log_p double precision;   -- of one tail
    q double precision;
    r double precision;
BEGIN
    IF degrees <= 0 THEN
        RAISE EXCEPTION 'student_z: degrees of freedom are positive, not %', degrees USING ERRCODE = 'numeric_value_out_of_range';
    END IF;
    IF t = 0 OR abs(t) = 'Infinity' OR t = 'NaN' OR degrees > 1e6 THEN
        RETURN t;
    END IF;

    -- Squares of what lies outside would leave the range of a double, which is an error too.
    IF abs(t) < 1e-150 THEN
        RETURN 0;
    END IF;
    t := sign(t) * least(abs(t), 1e150);
    a := degrees / 2;
    b := 0.5;
    x := 1 / (1 + t / degrees * t);
    flipped := x > (a + 1) / (a + b + 2);
    IF flipped THEN
        x := 1 / (1 + degrees / t / t);
        a := 0.5;
        b := degrees / 2;
    END IF;
    FOREACH s IN ARRAY ARRAY[a, b, a + b] LOOP
        f := lanczos[1];
        FOR k IN 2..9 LOOP
            f := f + lanczos[k] / (s + k - 2);
        END LOOP;
        gammas := gammas || (ln(2 * pi()) / 2 + (s - 0.5) * ln(s + 6.5) - (s + 6.5) + ln(f));
    END LOOP;

    -- Lentz' continued fraction of the incomplete beta function (Numerical Recipes, section 6.4).
    c := 1;
    d := 1 / (1 - (a + b) * x / (a + 1));
    f := d;
    FOR m IN 1..10000 LOOP
        step := m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d := 1 / (1 + step * d);
        c := 1 + step / c;
        f := f * c * d;
        step := -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d := 1 / (1 + step * d);
        c := 1 + step / c;
        f := f * c * d;
        EXIT WHEN abs(c * d - 1) < 1e-15;
    END LOOP;
    log_p := gammas[3] - gammas[1] - gammas[2] + a * ln(x) + b * ln(1 - x) + ln(f / a);
    IF flipped THEN
        log_p := ln(1 - exp(log_p));
    END IF;
    log_p := log_p - ln(2.0::double precision);

    -- The normal quantile: Wichura 1988, algorithm AS 241 (PPND16).
    IF log_p > ln(0.075) THEN
        q := 0.5 - exp(log_p);
        r := 0.180625 - q * q;
        r := q * (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r + 45921.953931549871457) * r
                + 13731.693765509461125) * r + 1971.5909503065514427) * r + 133.14166789178437745) * r + 3.387132872796366608)
           / (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r + 21213.794301586595867) * r
                + 5394.1960214247511077) * r + 687.1870074920579083) * r + 42.313330701600911252) * r + 1);
    ELSE
        r := sqrt(-log_p);
        IF r <= 5 THEN
            r := r - 1.6;
            r := (((((((7.7454501427834140764e-4 * r + .0227238449892691845833) * r + .24178072517745061177) * r + 1.27045825245236838258) * r
                    + 3.64784832476320460504) * r + 5.7694972214606914055) * r + 4.6303378461565452959) * r + 1.42343711074968357734)
               / (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + .0151986665636164571966) * r + .14810397642748007459) * r
                    + .68976733498510000455) * r + 1.6763848301838038494) * r + 2.05319162663775882187) * r + 1);
        ELSE
            r := r - 5;
            r := (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + .0012426609473880784386) * r + .026532189526576123093) * r
                    + .29656057182850489123) * r + 1.7848265399172913358) * r + 5.4637849111641143699) * r + 6.6579046435011037772)
               / (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r
                    + .0148753612908506148525) * r + .13692988092273580531) * r + .59983220655588793769) * r + 1);
        END IF;
    END IF;
    RETURN sign(t) * r;
END
$$;

COMMENT ON FUNCTION student_z(double precision, double precision) IS
    'A t statistic with so many degrees of freedom as the normal score that is equally unlikely.';

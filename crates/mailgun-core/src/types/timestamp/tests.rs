use super::*;

/// All formats that Mailgun's services are known to use, and variations.
const SAMPLES: &[(&str, &str)] = &[
    ("Mon, 24 Feb 2025 22:44:03 GMT", "2025-02-24T22:44:03Z"),
    ("Sun, 26 Jan 2025 07:29:04 UTC", "2025-01-26T07:29:04Z"),
    ("Sun, 26 Jan 2025 07:29:23 -0000", "2025-01-26T07:29:23Z"),
    ("Wed, 28 Jan 2026 18:27:11 +0000", "2026-01-28T18:27:11Z"),
    ("Wed, 28 Jan 2026 18:27:11 +0530", "2026-01-28T12:57:11Z"),
    ("Wed, 28 Jan 2026 18:27:11 +0000 (UTC)", "2026-01-28T18:27:11Z"),
    ("Wed, 28 Jan 2026 18:27:11 Z", "2026-01-28T18:27:11Z"),
    ("Mon, 02 Jan 2006 15:04:05 MST", "2006-01-02T22:04:05Z"),
    ("Mon, 02 Jan 2006 15:04:05 pdt", "2006-01-02T22:04:05Z"),
    ("Mon, 02 Jan 2006 15:04:05 CEST", "2006-01-02T15:04:05Z"),
    ("Mon, 2 Jan 2006 15:04:05 GMT", "2006-01-02T15:04:05Z"),
    ("2 Jan 2006 15:04 GMT", "2006-01-02T15:04:00Z"),
    ("mon,2 jan 2006 15:04:05", "2006-01-02T15:04:05Z"),
    ("Monday, 2 January 2006 15:04:05 GMT", "2006-01-02T15:04:05Z"),
    ("Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z"),
    // Headers of mail: the examples of RFC 5322, appendices A.5 and A.6, and years as in section 4.3.
    (
        "Thu,\r\n 13\r\n Feb\r\n 1969\r\n 23:32\r\n -0330 (Newfoundland Time)",
        "1969-02-14T03:02:00Z",
    ),
    ("21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z"),
    ("12 May 23 00:00:05 -0800", "2023-05-12T08:00:05Z"),
    ("31 Dec 49 00:00 GMT", "2049-12-31T00:00:00Z"),
    ("1 Jan 50 00:00 GMT", "1950-01-01T00:00:00Z"),
    ("Sat, 1 Jan 100 00:00:00 GMT", "2000-01-01T00:00:00Z"),
    ("Fri (a (nested) one), 21 (b) Nov 1997 (c) 09:55:06 -0600", "1997-11-21T15:55:06Z"),
    ("Thu, 6 Oct 2022 12:27:13 GMT+02:00", "2022-10-06T10:27:13Z"),
    ("Thu, 6 Oct 2022 12:27:13 +0200 (GMT+02:00)", "2022-10-06T10:27:13Z"),
    ("Thu, 6 Oct 2022 12:27:13 +0200 (GMT+02:00))", "2022-10-06T10:27:13Z"),
    ("Thu, 6 Oct 2022 12:27:13 UTC-0330", "2022-10-06T15:57:13Z"),
    // The examples of RFC 9110, section 5.6.7.
    ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
    ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"),
    ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"),
    ("Sat Oct 16 08:49:37 2021", "2021-10-16T08:49:37Z"),
    ("Sat, 16-Oct-2021 08:49:37 GMT", "2021-10-16T08:49:37Z"),
    ("16-oct-21", "2021-10-16T00:00:00Z"),
    ("2025-06-25T17:19:51.166Z", "2025-06-25T17:19:51.166000Z"),
    ("2026-01-23T10:16:00", "2026-01-23T10:16:00Z"),
    ("2026-01-23T10:16", "2026-01-23T10:16:00Z"),
    ("2026-01-23t10:16:00z", "2026-01-23T10:16:00Z"),
    ("2026-01-23 10:16:00", "2026-01-23T10:16:00Z"),
    ("2022-12-20T16:52:01.892000", "2022-12-20T16:52:01.892000Z"),
    ("2022-12-20T16:52:01.123456789123Z", "2022-12-20T16:52:01.123456Z"),
    ("2025-09-22T11:13:04.740262-04:00", "2025-09-22T15:13:04.740262Z"),
    ("2025-09-22T11:13:04+01", "2025-09-22T10:13:04Z"),
    ("2025-09-22T11:13:04 -0400", "2025-09-22T15:13:04Z"),
    ("2023-01-02 02:14:27 +0000 UTC", "2023-01-02T02:14:27Z"),
    ("2023-01-02 02:14:27.5 -0500 EST", "2023-01-02T07:14:27.500000Z"),
    ("2023-01-02 02:14:27.123456789 +0000 UTC m=+0.000012", "2023-01-02T02:14:27.123456Z"),
    ("2023-01-02 02:14:27 +0200 +0200", "2023-01-02T00:14:27Z"),
    ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ("Mon, 01 Jan 0001 00:00:00 UTC", "0001-01-01T00:00:00Z"),
    ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ("2024-02-29", "2024-02-29T00:00:00Z"),
    ("2022-01-01", "2022-01-01T00:00:00Z"),
    ("1529704976.104692", "2018-06-22T22:02:56.104692Z"),
    ("1590080191", "2020-05-21T16:56:31Z"),
    ("1774462171770", "2026-03-25T18:09:31.770000Z"),
    ("-1.5", "1969-12-31T23:59:58.500000Z"),
    ("0", "1970-01-01T00:00:00Z"),
    ("  2022-01-01\n", "2022-01-01T00:00:00Z"),
];

#[test]
fn every_format_is_parsed() {
    for (text, expected) in SAMPLES {
        let timestamp: Timestamp = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(timestamp.to_rfc3339(), *expected, "{text}");
        assert_eq!(expected.parse::<Timestamp>().unwrap(), timestamp);
        let json: Timestamp = serde_json::from_value((*text).into()).unwrap();
        assert_eq!(json, timestamp);
        assert_eq!(serde_json::to_value(timestamp).unwrap(), *expected);
    }
}

#[test]
fn json_numbers_are_exact() {
    for (json, micros) in [
        ("1529704976.104692", 1_529_704_976_104_692),
        ("1521472262.908181", 1_521_472_262_908_181),
        ("1590080191", 1_590_080_191_000_000),
        ("1.0e9", 1_000_000_000_000_000),
        ("1.590080191e9", 1_590_080_191_000_000),
        ("1774462171770", 1_774_462_171_770_000),
        ("-62135596800", Timestamp::MIN.as_micros()),
    ] {
        assert_eq!(serde_json::from_str::<Timestamp>(json).unwrap().as_micros(), micros, "{json}");
    }
    // Microseconds survive the conversion to a float and back.
    for micros in (0..1_000_000).step_by(37) {
        let timestamp = Timestamp::from_micros(1_785_000_000_000_000 + micros).unwrap();
        let json = serde_json::to_string(&timestamp.to_epoch_seconds()).unwrap();
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), timestamp);
    }
    for json in ["null", "true", "[]", "{}", "\"\"", "1e300", "9007199254740993", "-99999999999"] {
        assert!(serde_json::from_str::<Timestamp>(json).is_err(), "{json}");
    }
}

#[test]
fn invalid_dates_are_errors() {
    for text in [
        "",
        " ",
        ".",
        "-",
        "+",
        "1.2.3",
        "nan",
        "inf",
        "1e5x",
        "soon",
        "Mon",
        "Mon,",
        "Mon, 24 Feb",
        "24 Feb 5 22:44:03 GMT",
        "24 Feb 02025 22:44:03 GMT",
        "Mon, 24 Feb 2025 22:44:03 GMT+1",
        "Mon, 24 Feb 2025 22:44:03 CET+01:00",
        "24-Feb-025 22:44:03 GMT",
        "24-Feb-25-1 22:44:03 GMT",
        "24-Fxb-25 22:44:03 GMT",
        "Sunday, 06-Nov-94T08:49:37 GMT",
        "Nov  6 08:49:37 1994",
        "Sun Nov  6 08:49:37 94",
        "Sun Nov  6 1994",
        "32 Jan 2025 00:00:00 GMT",
        "29 Feb 2023 00:00:00 GMT",
        "2023-02-29",
        "2023-13-01",
        "2023-00-01",
        "2023-01-00",
        "0000-01-01",
        "10000-01-01",
        "2023-01-01T",
        "2023-01-01T24:00:00Z",
        "2023-01-01T00:60:00Z",
        "2023-01-01T00:00:61Z",
        "2023-01-01T00:00:00.Z",
        "2023-01-01T00:00:00.1.2Z",
        "2023-01-01T00:00:00+1",
        "2023-01-01T1",
        "2023-01-01T00:00:00+24:00",
        "2023-01-01T00:00:00+00:60",
        "2023-01-01T00:00:00+é1",
        "2023-01-01T00:00:00Z nonsense!",
        "2023-01-01 10:00:00 PM",
        "2023-01-01T10:00:00Z 5",
        "Fri Oct 14 2011 23:10:10 GMT+0200",
        "2023-01-01-01",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "٢٠٢٣-٠١-٠١",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text:?}");
    }
}

#[test]
fn a_year_of_two_digits_is_at_most_fifty_years_ahead() {
    let now = Civil { year: 2026, month: 11, day: 27, hour: 0, minute: 0, second: 0, micros: 0 };
    for (short, month_and_day, expected) in [
        (26, (12, 31), 2026),
        (0, (1, 1), 2000),
        (76, (11, 27), 2076),
        (76, (11, 28), 1976),
        (77, (1, 1), 1977),
        (99, (12, 31), 1999),
    ] {
        assert_eq!(parse::full_year(short, month_and_day, &now), expected, "{short}");
    }
}

#[test]
fn truncated_and_random_text_does_not_panic() {
    let mut seed = 42_u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize
    };
    let check = |text: &str| {
        if let Ok(timestamp) = text.parse::<Timestamp>() {
            assert_eq!(timestamp.to_string().parse::<Timestamp>().unwrap(), timestamp);
            assert!(timestamp.to_rfc2822().parse::<Timestamp>().unwrap() <= timestamp);
        }
    };
    for (text, _) in SAMPLES {
        for cut in 0..=text.len() {
            check(&text[..cut]);
            check(&text[cut..]);
        }
        for _ in 0..500 {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..=random() % 3 {
                let at = random() % bytes.len();
                bytes[at] = random() as u8;
            }
            check(&String::from_utf8_lossy(&bytes));
        }
    }
    for _ in 0..20_000 {
        let bytes: Vec<u8> = (0..random() % 40).map(|_| random() as u8).collect();
        check(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn rfc_2822_makes_a_round_trip() {
    let example = Timestamp::from_unix_seconds(1_318_633_810).unwrap();
    assert_eq!(example.to_rfc2822(), "Fri, 14 Oct 2011 23:10:10 +0000");
    assert_eq!(Timestamp::MIN.to_rfc2822(), "Mon, 01 Jan 0001 00:00:00 +0000");
    assert_eq!(Timestamp::MAX.to_rfc2822(), "Fri, 31 Dec 9999 23:59:59 +0000");
    let first = Timestamp::MIN.as_micros() / 1_000_000;
    let last = Timestamp::MAX.as_micros() / 1_000_000;
    for seconds in (first..=last).step_by(7_654_321) {
        let timestamp = Timestamp::from_unix_seconds(seconds).unwrap();
        assert_eq!(timestamp.to_rfc2822().parse::<Timestamp>().unwrap(), timestamp);
    }
}

#[test]
fn arithmetic_stays_in_range() {
    let hour = Duration::from_secs(3600);
    let epoch = Timestamp::UNIX_EPOCH;
    let later = epoch.checked_add(hour).unwrap();
    assert_eq!(later.duration_since(epoch), Some(hour));
    assert_eq!(epoch.duration_since(later), None);
    assert_eq!(later.checked_sub(hour), Some(epoch));
    assert_eq!(Timestamp::MAX.checked_add(Duration::from_micros(1)), None);
    assert_eq!(Timestamp::MIN.checked_sub(Duration::from_micros(1)), None);
    assert_eq!(epoch.checked_add(Duration::MAX), None);
    assert_eq!(epoch.checked_sub(Duration::MAX), None);
    assert_eq!(epoch.saturating_add(hour), later);
    assert_eq!(later.saturating_sub(hour), epoch);
    assert_eq!(epoch.saturating_add(Duration::MAX), Timestamp::MAX);
    assert_eq!(epoch.saturating_sub(Duration::MAX), Timestamp::MIN);
    assert!(Timestamp::MAX.duration_since(Timestamp::MIN).is_some());
    for micros in [i64::MIN, i64::MAX] {
        assert!(Timestamp::from_micros(micros).is_err());
        assert!(Timestamp::from_unix_seconds(micros).is_err());
    }
    assert!(Timestamp::MIN.is_zero() && !epoch.is_zero() && !Timestamp::MAX.is_zero());
}

#[test]
fn system_time_makes_a_round_trip() {
    for micros in [-1, 0, 1, 1_318_633_810_123_456, -62_000_000_000_000_000] {
        let timestamp = Timestamp::from_micros(micros).unwrap();
        assert_eq!(Timestamp::from(timestamp.to_system_time().unwrap()), timestamp);
    }
    let now = Timestamp::now();
    assert!(now > "2024-01-01".parse().unwrap() && now < Timestamp::MAX);
    if let Some(far) = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(1 << 40)) {
        assert_eq!(Timestamp::from(far), Timestamp::MAX);
    }
    if let Some(far) = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(1 << 40)) {
        assert_eq!(Timestamp::from(far), Timestamp::MIN);
    }
}

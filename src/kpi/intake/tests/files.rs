//! Small files with known answers.

use std::io::Write as _;

use super::*;
use crate::kpi::measures::Histogram;

const BODY: &str = "
1,1,voice,2026-10-01 08:00:00,answered,12,100,5,Y,4,10.50
2,1,voice,2026-10-01 08:01:00,answered,0,00:01:00,0,N,,0.5
3,1,voice,2026-10-01 08:02:00,abandoned,7,,,,,
4,1,voice,2026-10-01 08:03:00,abandoned,,,,,,
5,1,voice,2026-10-01 08:03:00,ivr,,,,,,
6,1,voice,2026-10-01 08:03:00,out,x,x,x,x,x,x
7,1,chat,2026-10-01 08:03:00,answered,40000,,0,,5,-1.00
8,华东,voice,2026-10-02 23:59:59,已接,3.9,1:40,2,Y,3.0,
9,nobody,voice,never,out,,,,,,
";

fn file(body: &str) -> String {
    format!("{HEADER}{body}")
}

fn errors(body: &str) -> Vec<String> {
    read(file(body)).unwrap().errors.iter().map(ToString::to_string).collect()
}

#[test]
fn rows_become_the_measures_of_their_cells() {
    let intake = read(file(BODY)).unwrap();
    assert_eq!((intake.rows, intake.error_count, intake.ignored_unplaced, intake.delimiter), (9, 0, 1, b','));
    let keys: Vec<String> = intake.cells.keys().map(|key| format!("{} {} {}", key.centre, key.day, key.channel)).collect();
    assert_eq!(keys, ["HD 2026-10-02 voice", "SH 2026-10-01 chat", "SH 2026-10-01 voice"]);
    let voice = intake.cells.values().nth(2).unwrap();
    let expected = Measures {
        answered: 2,
        abandoned: 2,
        abandoned_before_queue: 1,
        ignored: 1,
        wait_answered_s: 12,
        talk_s: 160,
        hold_s: 5,
        wrap_s: 0,
        handled: 2,
        handle_square: 105 * 105 + 60 * 60,
        resolved: 1,
        resolved_known: 2,
        csat: [0, 0, 0, 1, 0],
        revenue_minor: 1100,
        wait_answered: Histogram::from_pairs([(0, 1), (12, 1)]),
        wait_abandoned: Histogram::from_pairs([(7, 1)]),
    };
    assert_eq!(*voice, expected);
    let all = intake.period("SH", day("2026-10-01"), day("2026-10-31"));
    assert_eq!((all.answered, all.revenue_minor, all.csat_sum(), all.wait_answered.percentile(1000)), (3, 1000, 9, Some(40_000)));
    assert_eq!(intake.period("HD", day("2026-10-02"), day("2026-10-02")).handle_square, 102 * 102);
    assert_eq!(intake.days().len(), 2);
    let early = read(file("\n1,1,voice,1969-12-31 23:00:00,ivr,,,,,,")).unwrap();
    assert_eq!(early.days(), [(Arc::from("SH"), day("1969-12-31"))]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of bad rows")]
fn errors_name_row_column_and_value() {
    let rows = [
        (
            ",1,voice,2026-10-01 08:00:00,unknown,1,1,0,,,",
            "row 2 (), column `outcome`: `unknown`: expected a value of the table `outcome.values`",
        ),
        (
            "7,2,voice,2026-10-01 08:00:00,ivr,,,,,,",
            "row 2 (7), column `centre`: `2`: expected a value of the table `centre.values`",
        ),
        (
            "7,1,Voice Mail,2026-10-01 08:00:00,ivr,,,,,,",
            "row 2 (7), column `channel`: `Voice Mail`: expected a value of the table `channel.values`, or a channel code",
        ),
        (
            "7,1,voice,01.10.2026,ivr,,,,,,",
            "row 2 (7), column `at`: `01.10.2026`: expected a date and time written as `%Y-%m-%d %H:%M:%S`",
        ),
        (
            "7,\"a \"\"b\"\", c\",voice,2026-03-29 02:30:00,ivr,,,,,,",
            "row 2 (7), column `at`: `2026-03-29 02:30:00`: the clocks of Europe/Berlin skipped this time: correct `stamp.zone`",
        ),
        (
            "7,1,voice,2026-10-01 08:00:00,answered,soon,1,0,,,",
            "row 2 (7), column `wait`: `soon`: expected seconds, or h:mm:ss, or mm:ss",
        ),
        (
            "7,1,voice,2026-10-01 08:00:00,answered,,1,0,,,",
            "row 2 (7), column `wait`: ``: empty, but a duration is needed: say `empty` in the mapping if it may be",
        ),
        (
            "7,1,voice,2026-10-01 08:00:00,answered,1,1,,,,",
            "row 2 (7), column `hold`: ``: empty, but a duration is needed: say `empty` in the mapping if it may be",
        ),
        (
            "7,1,voice,2026-10-01 08:00:00,answered,1,99999999,0,,,",
            "row 2 (7), column `talk`: `99999999`: expected a duration of at most one year",
        ),
        (
            "7,1,voice,2026-10-01 08:00:00,answered,1,1,0,maybe,,",
            "row 2 (7), column `resolved`: `maybe`: expected a value of the table `resolved.values`",
        ),
        (
            "7,1,voice,2026-10-01 08:00:00,answered,1,1,0,,9,",
            "row 2 (7), column `csat`: `9`: expected a whole rating from 1 to 5, or a value of the table `csat.values`",
        ),
        (
            "7,1,voice,2026-10-01 08:00:00,answered,1,1,0,,,1.005",
            "row 2 (7), column `revenue`: `1.005`: expected an amount with at most 2 decimals and no thousands separator",
        ),
        ("7,1,voice", "row 2 (7): the row has 3 fields, the header has 11"),
    ];
    for (row, message) in rows {
        assert_eq!(errors(&format!("\n{row}\n")), [message], "{row}");
    }
    let late = errors("\n\n1,1,voice,2026-10-01 08:00:00,answered,1,1,0,,,\r\n\r\n7,1\r\n");
    assert_eq!(late, ["row 5 (7): the row has 2 fields, the header has 11"]);
    let quoted = errors("\n\"1\n2\",1,voice,2026-10-01 08:00:00,answered,1,1,0,,,\n\n\n7,\"1\"\n8\n");
    assert_eq!(
        quoted,
        ["row 6 (7): the row has 2 fields, the header has 11", "row 7 (8): the row has 1 fields, the header has 11"]
    );
}

#[test]
fn counts_errors_beyond_the_first_two_hundred() {
    let body: String = (0..5000).map(|row| format!("\n{row}")).collect();
    let intake = read(file(&body)).unwrap();
    assert_eq!((intake.rows, intake.error_count, intake.errors.len(), intake.cells.len()), (5000, 5000, MAX_ERRORS, 0));
    let rows: Vec<u64> = intake.errors.iter().map(|error| error.row).collect();
    assert_eq!(rows, (2..202).collect::<Vec<u64>>());
    assert_eq!(intake.errors[7].params()[1], ("id", "7".to_owned()));
}

#[test]
fn delimiter_encoding_mark_and_packing_do_not_matter() {
    let plain = read(file(BODY)).unwrap();
    for delimiter in [';', '\t', '|'] {
        let text = file(BODY).replace(',', &delimiter.to_string());
        assert_eq!(read(text).unwrap(), Intake { delimiter: delimiter as u8, ..plain.clone() });
    }
    assert_eq!(read([b"\xef\xbb\xbf", file(BODY).as_bytes()].concat()).unwrap(), plain);
    let chinese = encoding_rs::GB18030.encode(&file(BODY)).0.into_owned();
    assert_eq!(read(&chinese).unwrap(), Intake { gb18030: true, ..plain.clone() });
    assert_eq!(read(file(BODY).replace('\n', "\r\n")).unwrap(), plain);
    assert_eq!(read(file(BODY).trim_end()).unwrap(), plain);
    let mut kept = Vec::new();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(file(BODY).as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let intake = measure(&packed[..], &Mapping::from_toml(MAPPING).unwrap(), &zones(), &mut kept).unwrap();
    assert_eq!(intake, Intake { gzip: true, ..plain });
    assert_eq!(kept, packed, "the copy is the file as it came");
    let damaged = measure(&packed[..packed.len() - 9], &Mapping::from_toml(MAPPING).unwrap(), &zones(), &mut kept);
    assert_eq!(damaged.unwrap_err().code(), "kpi-file-read");
}

#[test]
fn bytes_that_are_no_text_are_named_by_row() {
    let good = "1,华东,voice,2026-10-01 08:00:00,ivr,,,,,,\n";
    let mut bytes = file(&format!("\n{good}{good}")).into_bytes();
    let at = bytes.len();
    bytes.extend_from_slice(good.as_bytes());
    bytes[at] = 0xff;
    let fast =
        read_with(&bytes, &format!("encoding='utf-8'\n{MAPPING}"), Settings { chunk: 1 << 12, workers: 2, sequential: false })
            .unwrap();
    assert_eq!(fast.errors.iter().map(|error| (error.row, error.code())).collect::<Vec<_>>(), [(4, "kpi-row-encoding")]);
    let slow =
        read_with(&bytes, &format!("encoding='utf-8'\n{MAPPING}"), Settings { chunk: 1 << 12, workers: 2, sequential: true })
            .unwrap();
    assert_eq!(slow, fast);
}

#[test]
fn files_that_are_no_call_logs() {
    let code = |bytes: &[u8]| read(bytes).unwrap_err().code();
    assert_eq!(code(b""), "kpi-file-empty");
    assert_eq!(code(b"\n\n"), "kpi-file-empty");
    assert_eq!(code(b"PK\x03\x04rest"), "kpi-file-archive");
    assert_eq!(code(b"\xff\xfei\0d\0"), "kpi-file-utf16");
    assert_eq!(code(b"\x1f\x8bnot gzip"), "kpi-file-read");
    assert_eq!(code(format!("{HEADER},id\n").as_bytes()), "kpi-file-duplicate-column");
    let error = read("id;centre;what else\n").unwrap_err();
    assert_eq!(error.params()[0].1, "`outcome`, `at`, `channel`, `wait`, `talk`, `hold`, `resolved`, `csat`, `revenue`");
    assert_eq!(error.params()[1].1, "`id`, `centre`, `what else`");
    assert_eq!(read(HEADER).unwrap().rows, 0);
    let long = format!("{HEADER}\n1,1\n{}", "x".repeat(2 << 20));
    assert_eq!(read(long).unwrap_err().params()[0].1, "3");
    let open = format!("{HEADER}\n1,1\n\n2,\"{}", "x\n".repeat(1 << 20));
    assert_eq!(read(open).unwrap_err().code(), "kpi-file-long-record");
}

#[test]
fn centres_must_exist() {
    let settings = Settings { chunk: 1 << 12, workers: 1, sequential: false };
    let unknown = MAPPING.replace("'HN'", "'XX'");
    assert_eq!(read_with(HEADER.as_bytes(), &unknown, settings).unwrap_err(), IntakeError::UnknownCentre { code: "XX".into() });
    let none = MAPPING.replace("[centre]\ncolumn = 'centre'\nvalues = { 1 = 'SH', '华东' = 'HD', 'a \"b\", c' = 'HN' }\n", "");
    assert_eq!(read_with(HEADER.as_bytes(), &none, settings).unwrap_err(), IntakeError::NoCentre);
    let open = MAPPING.replace("values = { 1 = 'SH', '华东' = 'HD', 'a \"b\", c' = 'HN' }\n", "");
    let row = |centre: &str| format!("{HEADER}\n1,{centre},voice,2026-10-01 08:00:00,ivr,,,,,,\n");
    assert_eq!(read_with(row(" HN ").as_bytes(), &open, settings).unwrap().cells.len(), 1);
    assert_eq!(read_with(row("1").as_bytes(), &open, settings).unwrap().errors[0].problem, RowProblem::CentreUnknown);
}

#[test]
fn a_disk_that_refuses_the_copy_is_told_from_one_that_cannot_be_read() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let error = measure(file(BODY).as_bytes(), &Mapping::from_toml(MAPPING).unwrap(), &zones(), &mut Full).unwrap_err();
    assert_eq!(error.code(), "kpi-file-keep");
}

#[test]
fn mended_rows_are_read_as_they_were() {
    let mapping = MAPPING.replace("out = 'ignored'", "out = 'ignored', '-放弃' = 'abandoned'");
    let row = "\n1,1,voice,2026-10-01 08:00:00,'-放弃,7,,,,,";
    let mended = format!("{HEADER},{REASON}{row},why\n");
    let settings = Settings { chunk: 1 << 12, workers: 2, sequential: false };
    let fast = read_with(mended.as_bytes(), &mapping, settings).unwrap();
    let by_row = super::kinds::come_to(&format!("{mapping}[customer]\ncolumn = 'id'\n"), &mended, None);
    for found in [&fast, &by_row] {
        assert_eq!((found.rows, found.errors.first(), found.cells.values().next().unwrap().abandoned), (1, None, 1));
    }
    assert_eq!(fast.cells, by_row.cells);
    let bare = read_with(format!("{HEADER}{row}\n").as_bytes(), &mapping, settings).unwrap();
    assert_eq!(bare.errors[0].value, "'-放弃", "elsewhere an apostrophe is an apostrophe");
}

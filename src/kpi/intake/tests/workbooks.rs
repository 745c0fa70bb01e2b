//! Workbooks: every way in which a cell may hold a date, a duration or a number, addresses of errors, and workbooks that are no good.

use std::io::{Cursor, Write, sink};

use super::super::{Setting, read as read_source};
use super::*;
use crate::kpi::mapping::SourceMapping;

const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">PROPERTIES<sheets><sheet name="说明" sheetId="1" state="hidden" r:id="r1"/><sheet name="三月" sheetId="2" r:id="r2"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/></Relationships>"#;
const ROOT: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
/// Styles: 0 general, 1 a date, 2 date and time, 3 hours beyond a day, 4 a time.
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts><cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="22"/><xf numFmtId="46"/><xf numFmtId="21"/></cellXfs></styleSheet>"#;

/// A cell: its style and what it holds.
pub(super) enum Held<'t> {
    Text(&'t str),
    Number(u8, &'t str),
    Formula(&'t str),
    Nothing,
}

fn cell(column: usize, row: usize, held: &Held<'_>) -> String {
    let at = format!("{}{row}", char::from(b'A' + column as u8));
    match held {
        Held::Text(text) => format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#),
        Held::Number(style, number) => format!(r#"<c r="{at}" s="{style}"><v>{number}</v></c>"#),
        Held::Formula(value) => format!(r#"<c r="{at}"><f>SUM(A1:A2)</f><v>{value}</v></c>"#),
        Held::Nothing => String::new(),
    }
}

fn sheet(rows: &[(usize, Vec<Held<'_>>)]) -> String {
    let row = |(number, cells): &(usize, Vec<Held<'_>>)| {
        let cells: String = cells.iter().enumerate().map(|(column, held)| cell(column, *number, held)).collect();
        format!(r#"<row r="{number}">{cells}</row>"#)
    };
    let rows: String = rows.iter().map(row).collect();
    format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
}

fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn workbook_with(properties: &str, sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let book = BOOK.replace("PROPERTIES", properties);
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/styles.xml", STYLES.as_bytes()),
        ("xl/worksheets/sheet1.xml", br#"<worksheet xmlns="x"><sheetData/></worksheet>"#),
        ("xl/worksheets/sheet2.xml", sheet.as_bytes()),
    ];
    parts.extend(more);
    packed(&parts)
}

fn workbook(rows: &[(usize, Vec<Held<'_>>)]) -> Vec<u8> {
    workbook_with("", &sheet(rows), &[])
}

fn read_book(bytes: &[u8], mapping: &str, keep: &mut (dyn Write + Send)) -> Result<Intake, IntakeError> {
    let mapping = SourceMapping::from_toml(mapping).unwrap_or_else(|error| panic!("{error}"));
    let scratch = tempfile::tempdir().unwrap();
    let (zones, names) = (zones(), Pseudonyms::under(&[7; 32]));
    let setting = Setting { scratch: scratch.path(), zones: &zones, names: Some(&names), as_of: None };
    let found = read_source(bytes, &mapping, setting, keep);
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0, "nothing is left in the scratch folder");
    found
}

const CALLS: &str = "source = 'book'
header_row = 2
[centre]
value = 'SH'
[channel]
value = 'voice'
[stamp]
date = '日期'
date_format = '%Y/%m/%d'
time = '时间'
[outcome]
column = '结果'
values = { '接' = 'answered', '弃' = 'abandoned' }
[wait]
column = '等待'
empty = 'unknown'
[talk]
column = '通话'
empty = 'zero'
";

fn header() -> (usize, Vec<Held<'static>>) {
    (2, ["日期", "时间", "结果", "等待", "通话"].map(Held::Text).into())
}

fn title() -> (usize, Vec<Held<'static>>) {
    (1, vec![Held::Text("三月话务")])
}

#[test]
fn cells_of_every_sort() {
    use Held::{Formula, Nothing, Number, Text};
    let rows = [
        title(),
        header(),
        // A date, a time, a number, a duration beyond a day.
        (
            3,
            vec![
                Number(1, "46083"),
                Number(4, "0.38400462962962961"),
                Text("接"),
                Number(0, "12"),
                Number(3, "1.0006944444444446"),
            ],
        ),
        // Dates and times without their formats; the value that was saved with a formula.
        (4, vec![Number(0, "46083"), Number(0, "0.5"), Text(" 接 "), Formula("7"), Text("0:01:30")]),
        // Rows 5 and 6 are empty; one of them holds blanks.
        (6, vec![Text("  "), Nothing]),
        // All as text, as an export writes it; a note beyond the header.
        (7, vec![Text("2026/03/02"), Text("23:59:59"), Text("弃"), Nothing, Nothing, Text("note")]),
        // A date with a time, of which the mapping reads the date; noise of the fifteenth digit.
        (
            8,
            vec![
                Number(2, "46084.25"),
                Number(2, "46084.25"),
                Text("接"),
                Number(0, "184.60000000000002"),
                Number(4, "4.1666666666666664E-2"),
            ],
        ),
    ];
    let found = read_book(&workbook(&rows), CALLS, &mut sink()).unwrap();
    assert_eq!((found.error_count, found.errors.first(), found.rows, found.workbook), (0, None, 4, true));
    let second = found.period("SH", day("2026-03-02"), day("2026-03-02"));
    assert_eq!((second.answered, second.abandoned, second.wait_answered_s, second.talk_s), (2, 1, 19, 86_460 + 90));
    let third = found.period("SH", day("2026-03-03"), day("2026-03-03"));
    assert_eq!((third.answered, third.wait_answered_s, third.talk_s), (1, 184, 3600));
}

#[test]
fn days_may_count_from_1904() {
    let rows =
        [title(), header(), (3, vec![Held::Number(1, "44621"), Held::Number(4, "0.25"), Held::Text("接"), Held::Number(0, "1")])];
    let bytes = workbook_with(r#"<workbookPr date1904="1"/>"#, &sheet(&rows), &[]);
    let found = read_book(&bytes, CALLS, &mut sink()).unwrap();
    assert_eq!(found.cells.keys().map(|key| key.day).collect::<Vec<_>>(), [day("2026-03-02")]);
}

#[test]
fn errors_name_the_cell() {
    use Held::{Number, Text};
    let rows = [
        title(),
        header(),
        (3, vec![Number(1, "46083"), Number(4, "0.5"), Text("接"), Text("很久"), Number(0, "1")]),
        (9, vec![Text("三月二日"), Number(4, "0.5"), Text("接"), Number(0, "1")]),
        (12, vec![Number(1, "46083"), Number(4, "0.5"), Text("不明"), Number(0, "1")]),
    ];
    let found = read_book(&workbook(&rows), CALLS, &mut sink()).unwrap();
    let told: Vec<_> = found.errors.iter().map(|error| (error.cell(), error.code(), error.value.as_str())).collect();
    assert_eq!(
        told,
        [
            ("三月!D3".to_owned(), "kpi-row-duration", "很久"),
            ("三月!A9".to_owned(), "kpi-row-stamp", "三月二日"),
            ("三月!C12".to_owned(), "kpi-row-outcome", "不明")
        ]
    );
    assert!(found.errors[0].to_string().starts_with("三月!D3, column `等待`: `很久`"), "{}", found.errors[0]);
}

#[test]
fn the_sheet_is_chosen_by_name() {
    let bytes = workbook(&[title(), header()]);
    let named = |name: &str| format!("sheet = '{name}'\n{CALLS}");
    assert_eq!(read_book(&bytes, &named("三月"), &mut sink()).unwrap().rows, 0);
    let error = read_book(&bytes, &named("四月"), &mut sink()).unwrap_err();
    assert_eq!(error, IntakeError::NoSheet { sheet: "四月".into(), found: vec!["说明".into(), "三月".into()] });
    assert_eq!(read_book(&bytes, &named("说明"), &mut sink()).unwrap_err(), IntakeError::Empty);
}

#[test]
fn a_workbook_with_personal_columns_is_kept_as_text_with_pseudonyms() {
    use Held::{Number, Text};
    let mapping = format!("personal = ['客户']\n{CALLS}\n[customer]\ncolumn = '客户'\n");
    let mut top = header();
    top.1.push(Text("客户"));
    let row = |number: usize, time: &'static str| {
        (
            number,
            vec![Number(1, "46083"), Number(4, time), Text("接"), Number(0, "1"), Number(3, "0.001"), Number(0, "13800138000")],
        )
    };
    let bytes = workbook(&[title(), top, row(3, "0.5"), row(5, "0.75")]);
    let mut kept = Vec::new();
    let found = read_book(&bytes, &mapping, &mut kept).unwrap();
    assert_eq!((found.error_count, found.rows), (0, 2));
    assert_eq!(found.original, Some(hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&bytes))));
    let text = String::from_utf8(kept.clone()).unwrap();
    let name = Pseudonyms::under(&[7; 32]).of("13800138000");
    assert_eq!(
        text,
        format!(
            "\u{feff}\n日期,时间,结果,等待,通话,客户\n2026/03/02,12:00:00,接,1,0:01:26,{name}\n2026/03/02,18:00:00,接,1,0:01:26,{name}\n"
        )
    );
    // What was kept gives the same again, without the key.
    let source = SourceMapping::from_toml(&mapping).unwrap();
    let (zones, scratch) = (zones(), tempfile::tempdir().unwrap());
    let setting = Setting { scratch: scratch.path(), zones: &zones, names: None, as_of: None };
    let again = read_source(kept.as_slice(), &source, setting, &mut sink()).unwrap();
    assert_eq!((&again.cells, &again.quantities), (&found.cells, &found.quantities));
}

#[test]
fn workbooks_that_are_no_good_are_refused() {
    let good = workbook(&[title(), header()]);
    for cut in [5, 100, good.len() / 2, good.len() - 10] {
        assert!(matches!(read_book(&good[..cut], CALLS, &mut sink()), Err(IntakeError::Workbook(_))), "{cut}");
    }
    assert_eq!(read_book(b"\xd0\xcf\x11\xe0old", CALLS, &mut sink()).unwrap_err(), IntakeError::Archive);
    let not_xml = workbook_with("", "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>", &[]);
    assert!(matches!(read_book(&not_xml, CALLS, &mut sink()), Err(IntakeError::Workbook(_))));
    let backwards = workbook(&[title(), header(), (9, vec![Held::Text("x")]), (4, vec![Held::Text("y")])]);
    assert!(matches!(read_book(&backwards, CALLS, &mut sink()), Err(IntakeError::Workbook(cause)) if cause.contains("row 4")));
}

#[test]
fn what_unpacks_to_too_much_is_refused_before_it_is_read() {
    let texts = format!("<sst>{}</sst>", "<si><t>0000000000000000000000000000000000000000000</t></si>".repeat(1_300_000));
    let bytes = workbook_with("", &sheet(&[title(), header()]), &[("xl/sharedStrings.xml", texts.as_bytes())]);
    assert!(bytes.len() < 1 << 20, "{} bytes", bytes.len());
    let error = read_book(&bytes, CALLS, &mut sink()).unwrap_err();
    assert_eq!(error, IntakeError::WorkbookSize { part: "xl/sharedStrings.xml".into(), limit: 64 });
    let stretched = format!(
        "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{}</t></is></c></row></sheetData></worksheet>",
        "a".repeat(1 << 21)
    );
    let error = read_book(&workbook_with("", &stretched, &[]), CALLS, &mut sink()).unwrap_err();
    assert_eq!(error, IntakeError::WorkbookSize { part: "xl/worksheets/sheet2.xml".into(), limit: 1 });
}

//! Mappings that are right, and what is said of those that are not.

use super::*;

const SMALL: &str = "
source = 'phones'
[channel]
value = 'voice'
[stamp]
column = 'at'
[outcome]
column = 'result'
values = { Y = 'answered', N = 'abandoned', ivr = 'abandoned_before_queue', out = 'ignored' }
";

fn with(more: &str) -> Result<Mapping, MappingError> {
    Mapping::from_toml(&format!("{SMALL}{more}"))
}

fn stamp(lines: &str) -> Result<StampRule, MappingError> {
    Mapping::from_toml(&SMALL.replace("column = 'at'", lines)).map(|mapping| mapping.stamp)
}

fn field_of(error: &MappingError) -> String {
    let params = error.params();
    params.iter().find(|param| param.0 == "field").map(|param| param.1.clone()).unwrap_or_default()
}

#[test]
fn what_is_left_out_has_its_default() {
    let mapping = with("").unwrap();
    assert_eq!((mapping.delimiter, mapping.encoding, mapping.centre), (None, EncodingRule::Auto, None));
    assert_eq!(mapping.channel, Coded::Constant("voice".into()));
    assert_eq!((mapping.stamp.zone, mapping.stamp.shape.fast), (StampZone::Centre, FastShape::Spaced));
    assert_eq!(mapping.outcome.values["ivr"], Outcome::AbandonedBeforeQueue);
    assert!(mapping.wait.is_none() && mapping.talk.is_none() && mapping.revenue.is_none());
}

#[test]
fn every_key_is_read() {
    let mapping = with(
        "[id]\ncolumn='n'\n[centre]\ncolumn='c'\nvalues={1='SH',2='BJ'}\n[wait]\ncolumn='w'\nempty='unknown'\n[talk]\ncolumn='t'\nempty='zero'\n\
         [hold]\ncolumn='h'\n[wrap]\ncolumn='p'\n[resolved]\ncolumn='r'\nvalues={Y=true,N=false}\n[csat]\ncolumn='s'\nvalues={happy=5,sad=1}\n\
         [revenue]\ncolumn='v'\ndecimals=3",
    )
    .unwrap();
    assert_eq!(mapping.wait.unwrap().empty, EmptyDuration::Unknown);
    assert_eq!(mapping.talk.unwrap().empty, EmptyDuration::Zero);
    assert_eq!(mapping.hold.unwrap().empty, EmptyDuration::Refuse);
    assert!(mapping.resolved.unwrap().values["Y"]);
    assert_eq!(mapping.csat.unwrap().values.unwrap()["happy"], 5);
    assert_eq!(mapping.revenue.unwrap(), RevenueRule { column: "v".into(), decimals: 3 });
    assert_eq!(mapping.id.as_deref(), Some("n"));
    assert!(matches!(mapping.centre, Some(Coded::Column { values: Some(values), .. }) if values["2"] == "BJ"));
}

#[test]
fn syntax_errors_name_line_and_column() {
    let error = with("[wait]\ncolum = 'w'\n").unwrap_err();
    let MappingError::Syntax { line, column, message } = &error else { panic!("{error}") };
    assert_eq!((*line, *column), (11, 1));
    assert!(message.contains("colum"), "{message}");
    assert_eq!(error.code(), "kpi-mapping-syntax");
    assert!(matches!(Mapping::from_toml("source = "), Err(MappingError::Syntax { line: 1, .. })));
    assert!(matches!(with("[tlak]\ncolumn='t'"), Err(MappingError::Syntax { .. })));
    assert!(matches!(with("[wait]\ncolumn='t'\nempty='maybe'"), Err(MappingError::Syntax { .. })));
}

#[test]
fn values_that_cannot_be_are_named() {
    let cases = [
        (SMALL.replace("'phones'", "'My phones'"), "source"),
        (SMALL.replace("'voice'", "'Voice'"), "channel"),
        (SMALL.replace("'ignored'", "'skip'"), "outcome.values.out"),
        (format!("delimiter=':'\n{SMALL}"), "delimiter"),
        (format!("encoding='latin1'\n{SMALL}"), "encoding"),
        (format!("{SMALL}[csat]\ncolumn='s'\nvalues={{x=6}}"), "csat.values.x"),
        (format!("{SMALL}[revenue]\ncolumn='s'\ndecimals=9"), "revenue.decimals"),
        (format!("{SMALL}[hold]\ncolumn='s'\nempty='unknown'"), "hold.empty"),
        (format!("{SMALL}[centre]\ncolumn='s'\nvalue='SH'"), "centre"),
        (format!("{SMALL}[centre]\nvalue='s'\nvalues={{a='b'}}"), "centre.values"),
        (SMALL.replace("column = 'at'", "column = 'at'\nzone = 'Mars/Olympus'"), "stamp.zone"),
        (SMALL.replace("column = 'at'", ""), "stamp"),
    ];
    for (text, field) in cases {
        let error = Mapping::from_toml(&text).unwrap_err();
        assert_eq!(field_of(&error), field, "{error}");
        assert!(error.to_string().contains(field), "{error}");
        assert!(matches!(error, MappingError::At { .. }), "{error}");
    }
}

#[test]
fn errors_of_value_name_line_and_column() {
    let place = |text: &str| match Mapping::from_toml(text).unwrap_err() {
        MappingError::At { line, column, .. } => (line, column),
        error => panic!("{error}"),
    };
    assert_eq!(place(&SMALL.replace("'phones'", "'My phones'")), (2, 1));
    assert_eq!(place(&SMALL.replace("'ignored'", "'skip'")), (9, SMALL.lines().nth(8).unwrap().find("out =").unwrap() + 1));
    // A key that is missing is told at its table.
    assert_eq!(place(&SMALL.replace("column = 'at'", "")).0, 5);
    assert_eq!(place(&format!("{SMALL}[csat]\ncolumn='s'\n[csat.values]\n'a.b'=6\n")), (13, 1));
    let twice =
        with("[centre]\ncolumn='c'").unwrap().with_centre("HN").unwrap_err().located(&format!("{SMALL}[centre]\ncolumn='c'"));
    assert!(matches!(twice, MappingError::At { line: 11, column: 1, .. }), "{twice}");
}

#[test]
fn formats_must_tell_the_whole_date() {
    for format in ["%H:%M:%S", "%Y-%m", "%d %H:%M", "%Y-%m-%d %Q", "%Y-%m-%d %H:%M %Z", "", "%m/%d %H:%M", "%Y-%m-%d %H"] {
        let error = stamp(&format!("column='at'\nformat='{format}'")).unwrap_err();
        assert_eq!(error.code(), "kpi-mapping-format", "{format}");
    }
    for format in [
        "%d/%m/%Y %H:%M",
        "%Y%m%d%H%M%S",
        "%y-%m-%d %I:%M:%S %p",
        "%b %e %Y %H:%M",
        "%Y年%m月%d日 %H时%M分",
        "%s",
        "%+",
        "%G-W%V-%u %H:%M",
        "%c",
    ] {
        assert!(stamp(&format!("column='at'\nformat='{format}'")).is_ok(), "{format}");
    }
}

#[test]
fn zones_of_the_stamps() {
    let zone = |lines: &str| stamp(lines).map(|rule| rule.zone);
    let shanghai = StampZone::Named(chrono_tz::Tz::Asia__Shanghai);
    assert_eq!(zone("column='at'\nzone='Asia/Shanghai'").unwrap(), shanghai);
    assert_eq!(zone("column='at'\nzone='centre'").unwrap(), StampZone::Centre);
    assert!(matches!(zone("column='at'\nzone='-05:30'").unwrap(), StampZone::Fixed(offset) if offset.local_minus_utc() == -19_800));
    let zulu = "column='at'\nformat='%FT%TZ'";
    assert_eq!(zone(zulu).unwrap(), StampZone::Named(chrono_tz::Tz::UTC));
    assert_eq!(stamp(zulu).unwrap().shape.fast, FastShape::Zulu);
    assert_eq!(zone("column='at'\nformat='%Y-%m-%dT%H:%M:%S%:z'").unwrap(), StampZone::InStamp);
    for lines in [
        format!("{zulu}\nzone='Asia/Shanghai'"),
        "column='at'\nformat='%FT%T%z'\nzone='UTC'".to_owned(),
        "date='at'\nzone='UTC'".to_owned(),
        "column='at'\ntime='t'".to_owned(),
        "date='at'\nformat='%F'".to_owned(),
        "date='at'\ntime_format='%T'".to_owned(),
    ] {
        assert_eq!(zone(&lines).unwrap_err().code(), "kpi-mapping-conflict", "{lines}");
    }
}

#[test]
fn the_caller_may_name_the_centre_of_a_log_that_does_not() {
    let mapping = with("").unwrap().with_centre("HD").unwrap();
    assert_eq!(mapping.centre, Some(Coded::Constant("HD".into())));
    assert!(mapping.clone().with_centre("HD").is_ok());
    assert_eq!(field_of(&mapping.with_centre("HN").unwrap_err()), "centre.value");
    let error = with("[centre]\ncolumn='c'").unwrap().with_centre("HN").unwrap_err();
    assert_eq!((error.code(), field_of(&error).as_str()), ("kpi-mapping-centre-twice", "centre.column"));
}

#[test]
fn the_examples_of_the_documentation_are_right() {
    let text = include_str!("../../../docs/KPI-MAPPING.md");
    let examples: Vec<Mapping> = text
        .split("```toml\n")
        .skip(1)
        .map(|rest| Mapping::from_toml(rest.split("```").next().unwrap()).unwrap_or_else(|error| panic!("{error}")))
        .collect();
    assert_eq!(examples.iter().map(|mapping| mapping.source.as_str()).collect::<Vec<_>>(), ["acd-east", "desk", "hujiao"]);
    for row in text.lines().filter(|row| row.starts_with("| `") && row.contains("`%")) {
        let format = row.split('`').nth(3).unwrap();
        assert!(stamp(&format!("column='at'\nformat='{format}'")).is_ok(), "{format}");
    }
}

/// The place and the code of what is wrong with a mapping of another kind.
fn wrong(text: &str) -> (usize, &'static str, String) {
    match SourceMapping::from_toml(text).unwrap_err() {
        MappingError::At { line, error, .. } => (line, error.code(), field_of(&error)),
        MappingError::Syntax { line, .. } => (line, "kpi-mapping-syntax", String::new()),
        error => panic!("{error}"),
    }
}

#[test]
fn mappings_of_other_kinds_are_checked_alike() {
    let with = |more: &str| wrong(&format!("kind='surveys'\nsource='s'\n[stamp]\ncolumn='at'\n{more}"));
    let told = |line: usize, code: &'static str, field: &str| (line, code, field.to_owned());
    let cases = [
        ("[nps]\ncolumn='x'", told(5, "kpi-mapping-unknown-key", "nps")),
        ("[csat]\ncolum='x'", told(5, "kpi-mapping-table", "csat")),
        ("[csat]\ncolumn='x'\nempty='zero'", told(7, "kpi-mapping-unknown-key", "csat.empty")),
        ("[csat]\nvalues={a=1}", told(5, "kpi-mapping-missing", "csat.column")),
        ("[csat]\ncolumn='x'\n[csat.values]\ngood=6", told(8, "kpi-mapping-value", "csat.values.good")),
        ("[status]\ncolumn='x'\nvalues={a='lost'}", told(7, "kpi-mapping-one-of", "status.values.a")),
        ("[status]\ncolumn='x'\nvalue='answered'", told(5, "kpi-mapping-either-or", "status")),
        ("[handling]\ncolumn='x'\nvalues={a='yes'}", told(7, "kpi-mapping-value", "handling.values.a")),
        ("[fulfilment]\nexpected='a'", told(5, "kpi-mapping-missing", "fulfilment.perceived")),
        ("[fulfilment]\nexpected=['a','b']\nperceived='c'", told(7, "kpi-mapping-value", "fulfilment.perceived")),
        ("[fulfilment]\nexpected='a'\nperceived='c'\nscale=[1,100]", told(8, "kpi-mapping-value", "fulfilment.scale")),
        ("[index]\ncolumns=['a','b']\nweights=[1]", told(7, "kpi-mapping-value", "index.weights")),
    ];
    for (more, expected) in cases {
        assert_eq!(with(more), expected, "{more}");
    }
    assert_eq!(wrong("kind='calls'\nsource='s'"), told(1, "kpi-mapping-one-of", "kind"));
    assert_eq!(wrong("kind='surveys'\nsource='s'").1, "kpi-mapping-syntax");
    assert_eq!(wrong("kind='finance'\nsource='s'\n[stamp]\ndate='d'"), told(1, "kpi-mapping-missing", "account"));
    let complaints = |more: &str| wrong(&format!("kind='complaints'\nsource='s'\n[stamp]\ndate='d'\n{more}"));
    assert_eq!(complaints("[due]\nafter_days=7\ncolumn='x'"), told(6, "kpi-mapping-conflict", "due.after_days"));
    assert_eq!(complaints("[due]\nafter_days=99999"), told(6, "kpi-mapping-value", "due.after_days"));
    assert_eq!(complaints("[closed]\ncolumn='x'\nformat='%H'"), told(7, "kpi-mapping-format", "closed.format"));
    assert_eq!(complaints("[first_reply]\ndate='x'").1, "kpi-mapping-missing");
    // A personal column cannot be read as anything but a text.
    let personal = "kind='complaints'\nsource='s'\npersonal=['x']\n[stamp]\ndate='d'\n[closed]\ndate='x'";
    assert_eq!(wrong(personal), told(3, "kpi-mapping-conflict", "personal"));
    let read =
        |column: &str| SourceMapping::from_toml(&format!("personal=['{column}']\n{SMALL}[id]\ncolumn='n'\n[csat]\ncolumn='s'\n"));
    assert!(read("n").is_ok() && read("other").is_ok() && read("s").is_err() && read("at").is_err());
}

#[test]
fn a_month_alone_is_a_day_where_figures_are_monthly() {
    let of = |kind: &str, format: &str| {
        let account = if kind == "finance" { "[account]\nvalue='sales'\n[count]\ncolumn='n'\n" } else { "" };
        SourceMapping::from_toml(&format!("kind='{kind}'\nsource='s'\n[stamp]\ndate='d'\ndate_format='{format}'\n{account}"))
    };
    for kind in ["finance", "workforce"] {
        for format in ["%Y-%m", "%Y年%m月", "%b %Y"] {
            assert!(of(kind, format).is_ok_and(|mapping| mapping.rows.stamp.shape.month), "{kind} {format}");
        }
        assert!(of(kind, "%Y").is_err() && of(kind, "%m %H:%M").is_err());
        assert!(of(kind, "%Y-%m-%d").is_ok_and(|mapping| !mapping.rows.stamp.shape.month));
    }
    assert!(of("complaints", "%Y-%m").is_err());
}

#[test]
fn plain_logs_keep_their_fast_reader() {
    let plain = |text: &str| SourceMapping::from_toml(text).unwrap().plain_calls().is_some();
    assert!(plain(SMALL) && plain(&format!("kind='interactions'\nheader_row=3\n{SMALL}")));
    assert!(!plain(&format!("personal=['who']\n{SMALL}")));
    assert!(!plain(&format!("{SMALL}[customer]\ncolumn='c'")));
    assert!(!plain(&SMALL.replace("'ignored'", "'blocked'")));
}

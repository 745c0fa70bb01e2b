//! The result does not depend on the size of the chunks, the number of workers, or the way the text is read.

use proptest::prelude::*;

use super::*;

fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[0-9]{0,3}".prop_map(String::from),
        2 => prop::sample::select(vec!["1", "华东", "voice", "chat", "answered", "已接", "放弃", "abandoned", "ivr", "out", "Y", "x y", " 5 ", "0:10", "é"]).prop_map(String::from),
        1 => prop::sample::select(vec!["\"1\"", "\"a \"\"b\"\", c\"", "\"two\nlines\"", "\"\r\n\"", "5\" pipe", "\"open\"ended", "\r"]).prop_map(String::from),
    ]
}

fn sound(quotes: bool) -> impl Strategy<Value = String> {
    let centre = if quotes { vec!["1", "华东", "\"a \"\"b\"\", c\"", "\"1\""] } else { vec!["1", "华东"] };
    let outcome = vec!["answered", "abandoned", "已接", "放弃", "ivr", "out"];
    (
        prop::sample::select(centre),
        prop::sample::select(vec!["voice", "chat"]),
        1..28,
        0..24,
        prop::sample::select(outcome),
        0..700,
        0..40_000,
        "[YN]?",
        "[1-5]?",
        -500..5000,
    )
        .prop_map(|(centre, channel, day, hour, outcome, wait, talk, resolved, csat, revenue)| {
            format!(
                "7,{centre},{channel},2026-10-{day:02} {hour:02}:00:00,{outcome},{wait},{talk},0,{resolved},{csat},{}.{:02}",
                revenue / 100,
                i32::abs(revenue % 100)
            )
        })
}

fn file(quotes: bool) -> impl Strategy<Value = String> {
    let row = prop_oneof![
        8 => sound(quotes),
        1 => prop::collection::vec(field(), 1..13).prop_map(|fields| fields.join(",")),
        1 => Just(String::new()),
    ];
    let row = row.prop_filter("no quotation marks", move |row| quotes || !row.contains('"'));
    (prop::collection::vec((row, prop::bool::ANY), 0..60), prop::bool::ANY).prop_map(|(rows, open)| {
        let mut text = HEADER.to_owned();
        for (row, returned) in rows {
            text.push_str(if returned { "\r\n" } else { "\n" });
            text.push_str(&row);
        }
        if !open {
            text.push('\n');
        }
        text
    })
}

fn outcome(bytes: &[u8], chunk: usize, workers: usize, sequential: bool) -> Result<Intake, IntakeError> {
    read_with(bytes, MAPPING, Settings { chunk, workers, sequential })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn however_the_file_is_cut(text in file(true), chunk in 1_usize..600, workers in 1_usize..4) {
        let whole = outcome(text.as_bytes(), 1 << 20, 1, true);
        prop_assert_eq!(&outcome(text.as_bytes(), chunk, workers, false), &whole);
        prop_assert_eq!(&outcome(text.as_bytes(), chunk, 1, true), &whole);
    }

    #[test]
    fn fast_or_slow(text in file(false), chunk in 1_usize..600, workers in 1_usize..4) {
        let fast = outcome(text.as_bytes(), chunk, workers, false);
        prop_assert_eq!(&outcome(text.as_bytes(), chunk, 1, true), &fast);
        prop_assert!(fast.is_ok());
    }

    #[test]
    fn utf8_or_gb18030(text in file(true), chunk in 100_usize..2000) {
        let chinese = encoding_rs::GB18030.encode(&text).0.into_owned();
        let told = format!("encoding = 'gb18030'\n{MAPPING}");
        let utf8 = outcome(text.as_bytes(), chunk, 2, false);
        let found = read_with(&chinese, &told, Settings { chunk, workers: 2, sequential: false });
        let plain = |intake: Intake| Intake { gb18030: false, ..intake };
        prop_assert_eq!(found.map(plain), utf8);
    }
}

fn mix(number: usize) -> usize {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

#[test]
fn a_file_without_order_and_one_in_order_come_to_the_same() {
    let row = |number: usize| {
        let mixed = mix(number);
        let (centre, channel, month, day) = (["1", "华东"][mixed % 2], mixed / 2 % 13, 1 + mixed / 32 % 12, 1 + mixed / 512 % 28);
        format!("{number},{centre},c{channel},2026-{month:02}-{day:02} 10:00:00,answered,{},5,0,Y,4,0.01\n", mixed % 900)
    };
    let numbers: Vec<usize> = (0..60_000).collect();
    let mut sorted = numbers.clone();
    sorted.sort_by_key(|number| (mix(*number) / 32 % 12, mix(*number) / 512 % 28));
    let text = |numbers: &[usize]| format!("{HEADER}\n{}", numbers.iter().map(|number| row(*number)).collect::<String>());
    let (mixed, ordered) = (read(text(&numbers)).unwrap(), read(text(&sorted)).unwrap());
    assert_eq!(mixed.error_count, 0);
    assert!(mixed.cells.len() > 2048, "enough cells to be handed over early: {}", mixed.cells.len());
    assert_eq!(mixed, ordered);
    assert_eq!(Measures::total(mixed.cells.values()).answered, 60_000);
}

#[test]
fn many_rows_at_a_time_and_one_by_one_come_to_the_same() {
    let text = |talk: fn(usize) -> String| {
        let row = |number: usize| {
            let (at, outcome) = (1 + number / 100, ["answered", "answered", "放弃", "out"][mix(number) % 4]);
            let (resolved, csat) = (["Y", "N", ""][number % 3], ["", "4", "5.0"][mix(number) / 4 % 3]);
            let revenue = ["0.50", "", "-1.25", "3"][number / 3 % 4];
            format!(
                "{number},1,voice,2026-10-{at:02} 10:00:00,{outcome},{},{},,{resolved},{csat},{revenue}\n",
                number % 700,
                talk(number)
            )
        };
        format!("{HEADER}\n{}", (0..2500).map(row).collect::<String>())
    };
    let talks: [fn(usize) -> String; 4] = [
        |number| (number * 7).to_string(),
        |number| if number % 600 == 0 { "?".to_owned() } else { String::new() },
        |number| format!("0:{:02}:09", number % 60),
        |number| if number < 1200 { format!("{number}.5") } else { "12345".to_owned() },
    ];
    for talk in talks {
        let text = text(talk);
        let mapping = MAPPING.replace("column = 'hold'", "column = 'hold'\nempty = 'zero'");
        let read = |sequential| read_with(text.as_bytes(), &mapping, Settings { chunk: 1 << 20, workers: 1, sequential }).unwrap();
        let (many, one) = (read(false), read(true));
        assert_eq!((many.rows, many.cells.is_empty()), (2500, false));
        assert_eq!(many, one);
    }
}

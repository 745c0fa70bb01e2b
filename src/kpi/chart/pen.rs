//! Writes SVG: numbers with one decimal, escaped texts, the few elements that the pictures are made of.

/// An SVG text under way.
pub(super) struct Pen {
    out: String,
}

impl Pen {
    pub(super) fn new(capacity: usize) -> Self {
        Self { out: String::with_capacity(capacity) }
    }

    /// Markup as it stands; never a text from outside.
    pub(super) fn raw(&mut self, markup: &str) -> &mut Self {
        self.out.push_str(markup);
        self
    }

    /// A text from outside.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\'' => self.out.push_str("&#39;"),
                // XML forbids the other control characters altogether.
                other if other.is_control() => self.out.push(' '),
                other => self.out.push(other),
            }
        }
        self
    }

    /// A coordinate with one decimal.
    pub(super) fn number(&mut self, value: f64) -> &mut Self {
        // Far outside any picture a coordinate is only kept finite.
        let tenths = (value.clamp(-99_999.0, 99_999.0) * 10.0).round() as i64;
        if tenths < 0 {
            self.out.push('-');
        }
        let tenths = tenths.unsigned_abs();
        let mut digits = [0_u8; 8];
        let (mut whole, mut at) = (tenths / 10, digits.len());
        loop {
            at -= 1;
            digits[at] = (whole % 10) as u8;
            whole /= 10;
            if whole == 0 || at == 0 {
                break;
            }
        }
        self.out.extend(digits[at..].iter().map(|digit| char::from(b'0' + digit)));
        self.out.push('.');
        self.out.push(char::from(b'0' + (tenths % 10) as u8));
        self
    }

    /// A path of a class: `d` writes its data.
    pub(super) fn path(&mut self, class: &str, d: impl FnOnce(&mut Self)) -> &mut Self {
        self.raw("<path class=\"").raw(class).raw("\" d=\"");
        d(self);
        self.raw("\"/>")
    }

    /// A label at a place; the class may be empty.
    pub(super) fn label(&mut self, class: &str, x: f64, y: f64, text: &str) -> &mut Self {
        self.raw("<text");
        if !class.is_empty() {
            self.raw(" class=\"").raw(class).raw("\"");
        }
        self.raw(" x=\"").number(x).raw("\" y=\"").number(y).raw("\">").text(text).raw("</text>")
    }

    /// A point.
    pub(super) fn point(&mut self, class: &str, x: f64, y: f64, radius: &str) -> &mut Self {
        self.raw("<circle class=\"").raw(class).raw("\" cx=\"").number(x).raw("\" cy=\"").number(y);
        self.raw("\" r=\"").raw(radius).raw("\"/>")
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}

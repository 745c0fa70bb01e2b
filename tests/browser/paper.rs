//! The reader on paper, printed from a dark session: light, without navigation, with code, version, state and the sentence that a
//! printed copy is not controlled on every page.

use serde_json::json;

use super::machine::Machine;

const SEEN: &str = "const root = document.documentElement, shown = (name) => getComputedStyle(document.querySelector(name)).display; \
    return { ground: getComputedStyle(root).backgroundColor, ink: getComputedStyle(root).color, ...root.dataset, \
    bar: shown('.bar'), areas: shown('.areas'), side: shown('.side'), band: shown('.band') }";

/// Prints one version in each of three states.
pub async fn run(machine: &Machine) {
    let browser = machine.browser(true).await;
    browser.sign_in(machine, "wangfang", "zh").await;
    browser.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
    for (version, state) in [("B/0", "现行有效"), ("A/0", "已被替代"), ("B/1", "待生效")] {
        browser.open(&format!("{}/d/QP-02?v={version}", machine.demo)).await;
        browser.run("document.documentElement.dataset.theme = 'dark'", vec![]).await;
        let seen = browser.run(SEEN, vec![]).await;
        let text = |name: &str| seen[name].as_str().unwrap_or_default();
        assert_eq!((text("ground"), text("ink")), ("rgb(255, 255, 255)", "rgb(0, 0, 0)"), "{seen}");
        for absent in ["bar", "areas", "side"] {
            assert_eq!(text(absent), "none", "{absent} {seen}");
        }
        assert_ne!(text("band"), "none", "{seen}");
        assert!(text("printHead").contains("QP-02") && text("printHead").contains(version), "{seen}");
        assert!(text("printState").contains(state), "{seen}");
        assert!(text("printFoot").contains("打印件为非受控文件"), "{seen}");
    }
}

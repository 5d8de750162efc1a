// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { lineOf } from "../view-models/preview_text";
import { message } from "../view-models/testing/fake_core";
import { Written } from "./message_body";
import { OneLine, RichText } from "./rich_text";

afterEach(cleanup);

/** Without what only styles need. */
const bare = (html: string) => html.replace(/ (class|dir|target|rel)="[^"]*"/g, "");
const shown = (text: string) => bare(render(<RichText text={text} />).container.innerHTML);

describe("the text of a message", () => {
  it.each([
    ["*b* _i_ ~s~ `c`", "<strong>b</strong> <em>i</em> <s>s</s> <code>c</code>"],
    ["*_both_*", "<strong><em>both</em></strong>"],
    ["> a\nb", "<blockquote>a</blockquote>b"],
    ["- a\n- *b*", "<ul><li>a</li><li><strong>b</strong></li></ul>"],
    ["3. a\n9. b", '<ol><li value="3">a</li><li value="9">b</li></ol>'],
    ["```\na\n b\n```", "<pre><code>a\n b</code></pre>"],
    ["*https://example.org*", '<strong><a href="https://example.org/">https://example.org</a></strong>'],
    ["*<b>x</b>* `<i>`", "<strong>&lt;b&gt;x&lt;/b&gt;</strong> <code>&lt;i&gt;</code>"],
  ])("is what its marks say, and no HTML: %j", (text, html) => expect(shown(text)).toBe(html));

  it("has in each block the direction of that", () => {
    render(<RichText text={"שלום:\n> a\n- b\n```\nc\n\n```"} />);
    for (const name of ["blockquote", "li", "pre"])
      expect(document.querySelector(name)?.getAttribute("dir")).toBe("auto");
  });

  it("names members in its styles, but not in code", () => {
    const onPerson = vi.fn();
    const who = { accountId: "1", name: "Ben" } as never;
    const mentions = [
      { begin: 1, end: 5, who },
      { begin: 8, end: 12, who },
    ];
    render(<RichText text="*@Bob* `@Bob`" mentions={mentions} onPerson={onPerson} />);
    fireEvent.click(screen.getByRole("button", { name: "@Ben" }));
    expect(onPerson).toHaveBeenCalledWith(who);
    expect(document.querySelector("strong")?.textContent).toBe("@Ben");
    expect(document.querySelector("code")?.textContent).toBe("@Bob");
  });

  it("that is folded within code is code before and after", () => {
    const text = `\`\`\`\n${"let a;\n".repeat(40)}end\n\`\`\``;
    const { container } = render(
      <Written message={message({ text })} whole={false} meta={null} onPerson={() => undefined} />,
    );
    expect(container.querySelector("pre")?.textContent).not.toContain("end");
    fireEvent.click(screen.getByRole("button", { name: "Read on" }));
    expect(container.querySelector("pre")?.textContent).toMatch(/end$/);
  });
});

it("on one line it has its styles, and nothing that leads elsewhere", () => {
  const { container } = render(<OneLine line={lineOf("> *so*\nhttps://example.org _now_ `x`")} />);
  expect(container.innerHTML).toBe("<strong>so</strong> https://example.org <em>now</em> <code>x</code>");
});

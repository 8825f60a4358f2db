// The two things a runner can ask for: that a photo is not theirs, and that photos go.

import { post } from "./api.js";
import { announce, h, icon } from "./dom.js";
import { explain } from "./gallery_words.js";

const MOST = 500;

/** "This is not me": says so about one photo. `path` is where reports go. */
export function askWrong(path, bib, imageId) {
  open({
    title: "Not you?",
    words: [`We will take bib ${bib} off this photo once the organiser has had a look.`],
    note: "Anything that helps, such as the number you can see",
    act: "Tell the organiser",
    done: ["Thank you.", "The organiser will look at the photo. Until then it stays here."],
    body: () => ({ kind: "wrong_tag", bib, imageId }),
    path,
  });
}

/** "Remove": this photo, if `imageId` names one, or all of the bib's. */
export function askRemoval(path, bib, imageId = null) {
  let all = !imageId;
  const choice = (value, words) =>
    h(
      "label",
      { class: "choice" },
      h("input", { type: "radio", name: "what", checked: value === all, onchange: () => (all = value) }),
      h("span", null, words),
    );
  open({
    title: "Remove photos",
    words: ["You decide about pictures of yourself, and need no reason. The organiser is told, and takes them out."],
    extra: imageId && h("fieldset", null, h("legend", { class: "unseen" }, "Which photos"), choice(false, "Only this photo"), choice(true, `All photos of bib ${bib}`)),
    note: "A word to the organiser",
    act: "Ask for removal",
    done: ["Your wish has arrived.", "The organiser will take care of it. You do not have to do anything else."],
    body: () => ({ kind: "remove_me", bib, ...(all ? {} : { imageId }) }),
    path,
  });
}

function open({ title, words, extra = null, note, act, done, body, path }) {
  const message = h("textarea", { id: "message", rows: "3", maxlength: String(MOST) });
  const error = h("p", { class: "notice bad", role: "alert", hidden: true });
  const go = h("button", { class: "button main", type: "submit" }, act);
  const heading = h("h2", { id: "ask-title", tabindex: "-1" }, title);
  const form = h(
    "form",
    { onsubmit: send },
    heading,
    words.map((each) => h("p", null, each)),
    extra,
    h("label", { for: "message" }, note, h("span", { class: "quiet" }, " (if you like)")),
    message,
    error,
    h("div", { class: "acts" }, go, h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancel")),
  );
  const dialog = h(
    "dialog",
    { class: "dialog ask", "aria-labelledby": "ask-title", onclose: () => dialog.remove(), onkeydown: (event) => event.stopPropagation() },
    h("button", { class: "button ghost close", type: "button", "aria-label": "Close", onclick: () => dialog.close() }, icon("close")),
    form,
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // the backdrop
  });

  async function send(event) {
    event.preventDefault();
    go.disabled = true;
    error.hidden = true;
    const text = message.value.trim();
    try {
      await post(path, { ...body(), ...(text && { message: text }) });
      thank();
    } catch (problem) {
      error.textContent = explain(problem);
      error.hidden = false;
      go.disabled = false;
    }
  }

  function thank() {
    heading.textContent = done[0];
    form.replaceChildren(
      h("span", { class: "done-mark" }, icon("check")),
      heading,
      h("p", null, done[1]),
      h("div", { class: "acts" }, h("button", { class: "button main", type: "button", onclick: () => dialog.close() }, "Close")),
    );
    announce(done.join(" "));
    heading.focus();
  }

  document.body.append(dialog);
  dialog.showModal();
  heading.focus();
}

"use strict";
// The chat page. The server says what is on it (events, one JSON bubble each); this draws it and sends what the
// visitor does. Every sentence comes from the server's texts; nothing is loaded from anywhere else.

const $ = (id) => document.getElementById(id);
const WORDS = JSON.parse($("words").textContent);
const MOST_BYTES = 50_000_000;
const MOST_FILES = 20;
const HIDDEN_MS = 60_000; // a tab nobody looks at gives its connection back after this long

let lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
let chatLang = null;
const say = (key, fields = {}) =>
  (WORDS[lang][`page.${key}`] ?? key).replace(/{(\w+)}/g, (_, name) => fields[name] ?? "");

// ---- small makers ----

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") node.toggleAttribute(name, value);
    else if (value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== ""));
  return node;
}

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

const fresh = () =>
  crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
const clockwise = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);
const sortOf = (type) => (/^image/.test(type) ? "picture" : /^audio/.test(type) ? "sound" : /^video/.test(type) ? "video" : "other");

// ---- language ----

function speak(wanted) {
  lang = wanted;
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-words]")) node.textContent = WORDS[lang][node.dataset.words];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", WORDS[lang][node.dataset.label]);
  for (const node of document.querySelectorAll("[data-hint]")) node.placeholder = WORDS[lang][node.dataset.hint];
  const other = lang === "zh" ? "en" : "zh";
  const name = WORDS[other]["page.own_name"];
  $("lang").textContent = name;
  $("lang").lang = other;
  $("lang").setAttribute("aria-label", WORDS[other]["page.switch"]);
  if (away) away(false);
  for (const [id, item] of items) draw(item.bubble, true);
}

$("lang").addEventListener("click", () => {
  const wanted = lang === "zh" ? "en" : "zh";
  choose(wanted);
});

/** Show everything in this language from now on, what was said before included. */
function choose(wanted) {
  localStorage.setItem("lang", wanted);
  speak(wanted);
  listen();
}

// ---- sending ----

class Refused extends Error {}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Pawlogue": "1", "X-Lang": lang },
    body: JSON.stringify({ id: fresh(), ...body }),
  }).catch(() => null);
  return answered(answer?.status ?? 0, answer ? await answer.json().catch(() => ({})) : {});
}

function answered(status, answer) {
  if (status === 200) return true;
  if (status === 401) begin();
  throw new Refused(answer.words ?? say("error.offline"));
}

/** The cookie is gone, or the token: the page begins anew, and what was being written is still there. */
function begin() {
  const last = Number(sessionStorage.getItem("began") ?? 0);
  if (Date.now() - last < 10_000) return;
  sessionStorage.setItem("began", Date.now());
  location.reload();
}

function upload(body) {
  const request = new XMLHttpRequest();
  const bar = $("upload").querySelector("progress");
  return new Promise((done, fail) => {
    request.open("POST", "/chat/files");
    request.setRequestHeader("X-Pawlogue", "1");
    request.setRequestHeader("X-Lang", lang);
    request.upload.onprogress = (event) => {
      bar.value = event.total ? (100 * event.loaded) / event.total : 0;
    };
    request.onload = () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
        done(answered(request.status, answer));
      } catch (error) {
        fail(error instanceof Refused ? error : new Refused(say("error.offline")));
      }
    };
    request.onerror = () => fail(new Refused(say("error.offline")));
    request.onabort = () => fail(new Refused(say("upload_cancelled")));
    $("upload").querySelector("button").onclick = () => request.abort();
    bar.value = 0;
    $("upload").hidden = false;
    request.send(body);
  }).finally(() => ($("upload").hidden = true));
}

// ---- notes and what screen readers hear ----

function note(words) {
  $("note").hidden = !words;
  $("note").firstElementChild.textContent = words;
}
$("note").lastElementChild.addEventListener("click", () => {
  note("");
  $("text").focus();
});

function tell(words) {
  if ($("status").textContent !== words) $("status").textContent = words;
}

// ---- bubbles ----

/** What is shown, by the bubble's id: {bubble, node, parts: {name: {json, node}}}. */
const items = new Map();
/** What was sent and has not come back, by our own id. */
const pending = new Map();

const PARTS = {
  text: (b) => (b.text ? make("div", { class: b.kind === "choice" ? "choice" : "words" }, b.text) : null),
  files: (b) => (b.files?.length ? mine(b.files) : null),
  body: (b) => (b.body && b.kind !== "film" ? make("div", { class: "body" }, b.body) : null),
  media: (b) => (b.assets?.length ? (MEDIA[b.kind] ?? pictures)(b) : null),
  progress: (b) => (b.progress ? steps(b.progress) : null),
  buttons: (b) => (b.buttons?.length ? buttons(b) : null),
};
const SHOWS = {
  text: ["text", "kind"],
  files: ["files"],
  body: ["body", "kind"],
  media: ["assets", "tappable", "kind", "id"],
  progress: ["progress"],
  buttons: ["buttons", "live", "id"],
};

function draw(bubble, anew = false) {
  let item = items.get(bubble.id);
  if (!item) {
    const who = make("span", { class: "heard" });
    const node = make("li", { class: `${bubble.side} ${bubble.kind}` }, who);
    if (bubble.at) node.title = new Date(bubble.at * 1000).toLocaleString();
    item = { node, who, parts: {} };
    items.set(bubble.id, item);
  }
  item.bubble = bubble;
  item.who.textContent = say(bubble.side === "me" ? "you" : "bot");
  for (const [name, build] of Object.entries(PARTS)) {
    const json = JSON.stringify(SHOWS[name].map((field) => bubble[field]));
    const old = item.parts[name];
    // A part that says nothing of the page's own words stays: a film goes on playing, whatever happens beside it.
    if (old?.json === json && !(anew && name === "media")) continue;
    const node = build(bubble) ?? document.createComment(name);
    if (old) old.node.replaceWith(node);
    else item.node.append(node);
    item.parts[name] = { json, node };
  }
  return item;
}

function mine(files) {
  const box = make("div", { class: files.length > 1 ? "thumbs many" : "thumbs" });
  for (const file of files) {
    if (file.sort === "picture") box.append(picture(file.url, file.name || say("photo"), ""));
    else if (file.sort === "sound") box.append(player(file.url, file.name || say("recording_sent")));
    else if (file.sort === "video") box.append(make("video", { src: file.url, controls: true, playsinline: true, preload: "metadata", "aria-label": file.name }));
    else box.append(kept(file.name));
  }
  return box;
}

const kept = (name) => make("div", { class: "kept" }, icon("file"), name || say("file"));

function picture(url, alt, caption, onto = null) {
  const image = make("img", { src: url, alt, decoding: "async" });
  image.addEventListener("load", settle);
  image.addEventListener("error", () => figure.replaceWith(kept(alt)));
  const shown = onto ? image : make("a", { href: url, target: "_blank", "aria-label": say("open", { name: alt }) }, image);
  const figure = make("figure", { class: onto ? "tappable" : null }, shown, caption ? make("figcaption", {}, caption) : null);
  if (onto) image.addEventListener("click", (event) => onto(event, figure));
  return figure;
}

function pictures(bubble) {
  const box = make("div", { class: bubble.assets.length > 1 ? "pictures-in" : "pictures-in one" });
  bubble.assets.forEach((asset, place) => {
    const name = asset.label || (bubble.assets.length > 1 ? say("picture_number", { n: place + 1 }) : say("picture"));
    const onto = bubble.tappable ? (event, figure) => tap(event, figure, bubble) : null;
    box.append(picture(asset.url, name, bubble.assets.length > 1 ? name : "", onto));
  });
  if (bubble.tappable) box.title = say("tap_hint");
  return box;
}

async function tap(event, figure, bubble) {
  const around = event.target.getBoundingClientRect();
  const x = Math.min(1, Math.max(0, (event.clientX - around.left) / around.width));
  const y = Math.min(1, Math.max(0, (event.clientY - around.top) / around.height));
  figure.querySelector(".pin")?.remove();
  const pin = make("span", { class: "pin" });
  pin.style.left = `${x * around.width}px`;
  pin.style.top = `${y * around.height}px`;
  figure.append(pin);
  await act(() => post("/chat/tap", { press: bubble.id, x, y }));
}

function voices(bubble) {
  const box = make("div", { class: "card voices-in" });
  bubble.assets.forEach((asset, place) => box.append(player(asset.url, asset.label || say("voice_number", { n: place + 1 }))));
  return box;
}

/** One sound: a button, its name, a slider, how long it is. */
function player(url, name) {
  const sound = new Audio();
  sound.preload = "metadata";
  sound.src = url;
  const button = make("button", { type: "button", "aria-label": say("play", { name }) }, icon("play"));
  const slider = make("input", { type: "range", min: 0, max: 100, value: 0, step: "any", "aria-label": say("position", { name }) });
  const time = make("time", {}, "");
  const length = () => (Number.isFinite(sound.duration) ? sound.duration : 0);
  const show = () => {
    slider.value = length() ? (100 * sound.currentTime) / length() : 0;
    const shown = sound.paused && !sound.currentTime ? length() : sound.currentTime;
    time.textContent = shown ? clockwise(shown) : "";
    slider.setAttribute("aria-valuetext", clockwise(sound.currentTime));
  };
  const state = () => {
    button.replaceChildren(icon(sound.paused ? "play" : "pause"));
    button.setAttribute("aria-label", say(sound.paused ? "play" : "pause", { name }));
  };
  button.addEventListener("click", () => {
    if (!sound.paused) return sound.pause();
    silence();
    playing = sound;
    sound.play().catch(() => note(say("error.play")));
  });
  slider.addEventListener("input", () => {
    if (length()) sound.currentTime = (slider.value / 100) * length();
  });
  for (const event of ["timeupdate", "loadedmetadata", "durationchange"]) sound.addEventListener(event, show);
  for (const event of ["play", "pause"]) sound.addEventListener(event, state);
  sound.addEventListener("ended", () => ((sound.currentTime = 0), state(), show()));
  return make("div", { class: "player", role: "group", "aria-label": name }, button, make("b", {}, name), time, slider);
}

let playing = null;
function silence() {
  playing?.pause();
  for (const video of document.querySelectorAll("video")) video.pause();
}

function film(bubble) {
  const [asset, cover] = bubble.assets;
  const video = make("video", {
    src: asset.url, poster: cover?.url, controls: true, playsinline: true, preload: "metadata", "aria-label": say("film"),
  });
  video.addEventListener("play", () => playing?.pause());
  video.addEventListener("loadedmetadata", () => {
    video.style.aspectRatio = `${video.videoWidth} / ${video.videoHeight}`;
    settle();
  });
  const save = make("a", { class: "link", href: `${asset.url}?name=pawlogue.mp4`, download: "pawlogue.mp4" }, icon("save"), say("download"));
  const tools = make("div", { class: "tools" }, save);
  if (bubble.body) {
    const copied = make("span", {}, say("copy_caption"));
    const copy = make("button", { type: "button" }, icon("copy"), copied);
    copy.addEventListener("click", async () => {
      await copyText(bubble.body);
      copied.textContent = say("copied");
      tell(say("copied"));
    });
    tools.append(copy);
  }
  return make("div", { class: "film-in" }, video, bubble.body ? make("div", { class: "body caption" }, bubble.body) : null, tools);
}

function documents(bubble) {
  const links = bubble.assets.map(({ url, label }) => {
    const name = label || "pawlogue.mp4";
    return make("a", { class: "link", href: `${url}?name=${encodeURIComponent(name)}`, download: name }, icon("save"), name);
  });
  return make("div", { class: "tools" }, ...links);
}

async function copyText(words) {
  if (navigator.clipboard) return navigator.clipboard.writeText(words).catch(() => note(say("error.copy")));
  const area = make("textarea", { class: "heard" });
  area.value = words;
  document.body.append(area);
  area.select();
  if (!document.execCommand("copy")) note(say("error.copy"));
  area.remove();
}

const MEDIA = { pictures, voices, film, document: documents };

function steps(progress) {
  const rows = progress.steps.map((step) =>
    make("li", { class: step.state }, make("span", { "aria-hidden": "true" }, step.mark), make("span", {}, step.words, make("span", { class: "heard" }, ` (${say(`step_${step.state}`)})`))),
  );
  const running = progress.steps.find((step) => step.state === "running");
  if (running) tell(say("now", { step: running.words }));
  return make(
    "div",
    { class: "card progress-in", "aria-live": "off" },
    make("ul", {}, ...rows),
    make("progress", { max: 100, value: progress.percent, "aria-label": say("progress") }),
    make("div", { class: "left" }, make("span", {}, progress.left), make("span", {}, `${progress.percent}%`)),
  );
}

function buttons(bubble) {
  const box = make("div", { class: "buttons", role: "group", "aria-label": say("answers") });
  for (const row of bubble.buttons) {
    const line = make("div");
    for (const choice of row) {
      const button = make("button", { type: "button", class: choice.pressed ? "pressed" : null, disabled: !bubble.live }, choice.words);
      button.addEventListener("click", () => press(choice.value, box, button));
      line.append(button);
    }
    box.append(line);
  }
  return box;
}

let byKeys = false; // whether the last press came from the keyboard, so that its focus has to go on
async function press(value, box, button) {
  byKeys = button.matches(":focus-visible");
  const all = [...box.querySelectorAll("button")];
  for (const each of all) each.disabled = true;
  button.classList.add("pressed");
  const taken = await act(() => post("/chat/press", { press: value }));
  if (!taken) {
    for (const each of all) each.disabled = false;
    button.classList.remove("pressed");
  }
}

/** Do something that is sent; when it cannot be, say why. */
async function act(send) {
  note("");
  try {
    await send();
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    note(error.message);
    return false;
  }
}

// ---- the order of things, and where one looks ----

const log = $("log");
const near = () => log.scrollHeight - log.scrollTop - log.clientHeight < 160;
let following = true;
let unread = null; // the first of what came last: the end is only shown as far as this stays in sight
function settle() {
  if (!following) return;
  const end = log.scrollHeight - log.clientHeight;
  log.scrollTop = unread ? Math.min(end, unread.offsetTop - 12) : end;
  $("down").hidden = near();
}
// Only who scrolls up stops following: a picture that arrives late also moves the end away.
let lately = 0;
log.addEventListener("scroll", () => {
  if (near()) following = true;
  else if (log.scrollTop < lately - 4) following = false;
  lately = log.scrollTop;
  $("down").hidden = near();
});
$("down").addEventListener("click", () => {
  following = true;
  unread = null;
  settle();
  log.focus();
});
const resized = new ResizeObserver(settle);
resized.observe(log);
resized.observe($("chat"));

function arrange(order) {
  const wanted = new Set(order);
  for (const [id, item] of items) {
    if (wanted.has(id)) continue;
    item.node.remove();
    items.delete(id);
  }
  const chat = $("chat");
  let before = chat.firstElementChild;
  for (const id of order) {
    const node = items.get(id).node;
    if (node === before) before = before.nextElementSibling;
    else chat.insertBefore(node, before);
  }
  for (const [id, waiting] of pending) {
    if (order.some((each) => each.endsWith(`:${id}`))) {
      waiting.remove();
      pending.delete(id);
    } else chat.append(waiting);
  }
}

function take(news) {
  const first = items.size === 0;
  // The chat has a language of its own, which can be changed in it; the page follows such a change.
  const changed = news.lang && news.lang !== chatLang && (chatLang || !localStorage.getItem("lang"));
  chatLang = news.lang ?? chatLang;
  if (changed && chatLang !== lang) return choose(chatLang);
  const grown = news.order?.filter((id) => !items.has(id)) ?? [];
  const grew = grown.length > 0;
  for (const bubble of news.bubbles) draw(bubble);
  if (news.order) arrange(news.order);
  $("typing").hidden = !news.typing;
  if (news.typing) tell(say("typing"));
  if (first) following = true;
  const theirs = grown.map((id) => items.get(id)).find((item) => item.bubble.side === "bot");
  if (grew) unread = first ? null : (theirs?.node ?? null);
  if (following) requestAnimationFrame(settle);
  else if (grew) $("down").hidden = false;
  if (byKeys && grew && document.activeElement === document.body) {
    byKeys = false;
    [...log.querySelectorAll(".buttons button:enabled")].pop()?.closest(".buttons").querySelector("button:enabled")?.focus();
  }
}

// ---- listening ----

let source = null;
let resting = 0;
let trouble = 0;

function away(is) {
  clearTimeout(trouble);
  // A moment's gap is nobody's business.
  if (is) trouble = setTimeout(() => ($("tagline").classList.add("away"), ($("tagline").textContent = say("reconnecting"))), 2000);
  else {
    $("tagline").classList.remove("away");
    $("tagline").textContent = say("tagline");
  }
}

function listen() {
  source?.close();
  source = new EventSource(`/chat/events?lang=${lang}`);
  source.onopen = () => away(false);
  source.onmessage = (event) => take(JSON.parse(event.data));
  source.onerror = async () => {
    away(true);
    if (source.readyState !== EventSource.CLOSED) return; // it comes back by itself
    source = null;
    const answer = await fetch("/chat/events", { headers: { "X-Lang": lang }, signal: AbortSignal.timeout(3000) }).catch(() => null);
    answer?.body?.cancel();
    if (answer?.status === 401) begin();
    setTimeout(() => source ?? listen(), 2000);
  };
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(resting);
  if (document.hidden) {
    resting = setTimeout(() => {
      source?.close();
      source = null;
    }, HIDDEN_MS);
  } else if (!source) listen();
});

// ---- writing ----

const text = $("text");
/** Files waiting to be sent: {file, node, url}. */
let tray = [];

function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.min(160, text.scrollHeight)}px`;
  sessionStorage.setItem("draft", text.value);
}
text.addEventListener("input", grow);
text.addEventListener("keydown", (event) => {
  // While a Chinese input method composes, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  $("composer").requestSubmit();
});

$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (!words && !tray.length) return text.focus();
  text.value = "";
  grow();
  following = true;
  unread = null;
  if (tray.length) await sendFiles(words);
  else await sendWords(words, fresh());
  text.focus();
});

async function sendWords(words, id) {
  const bubble = make("div", { class: "words pending" }, words);
  const node = pending.get(id) ?? make("li", { class: "me say" });
  node.replaceChildren(make("span", { class: "heard" }, say("you")), bubble);
  pending.set(id, node);
  $("chat").append(node);
  settle();
  if (await act(() => post("/chat/say", { id, text: words }))) return;
  const again = make("button", { type: "button", class: "quiet", onclick: () => sendWords(words, id) }, say("again"));
  node.append(make("div", { class: "fault" }, say("not_sent"), again));
  settle();
}

async function sendFiles(words) {
  const body = new FormData();
  body.append("id", fresh());
  body.append("text", words);
  for (const { file } of tray) body.append("file", file, file.name);
  busy(true);
  const sent = await act(() => upload(body));
  busy(false);
  if (sent) empty();
  else {
    text.value = words;
    grow();
  }
}

function busy(is) {
  for (const id of ["send", "attach", "mic"]) $(id).disabled = is;
  $("tray").inert = is;
}

function add(files) {
  note("");
  for (const file of files) {
    if (file.size > MOST_BYTES) note(say("too_big", { name: file.name, megabytes: MOST_BYTES / 1e6 }));
    else if (tray.length >= MOST_FILES) note(say("too_many", { most: MOST_FILES }));
    else keep(file);
  }
  $("files").value = "";
  text.focus();
}

function keep(file) {
  const url = URL.createObjectURL(file);
  const sort = sortOf(file.type);
  const waiting = { file, url };
  const plain = () => make("span", { class: "label" }, file.name, make("br"), `${megabytes(file.size)} MB`);
  let shown = plain();
  if (sort === "picture") {
    shown = make("img", { src: url, alt: file.name, title: file.name });
    shown.addEventListener("error", (event) => event.target.replaceWith(plain()));
  } else if (sort === "sound") shown = player(url, file.name);
  const remove = make("button", { type: "button", class: "quiet", "aria-label": say("remove", { name: file.name }) }, icon("close"));
  waiting.node = make("li", {}, shown, remove);
  remove.addEventListener("click", () => {
    tray = tray.filter((each) => each !== waiting);
    URL.revokeObjectURL(url);
    waiting.node.remove();
    $("tray").hidden = !tray.length;
    text.focus();
  });
  tray.push(waiting);
  $("tray").append(waiting.node);
  $("tray").hidden = false;
  settle();
  tell(say("added", { name: file.name }));
}

function empty() {
  silence();
  for (const { url } of tray) URL.revokeObjectURL(url);
  tray = [];
  $("tray").replaceChildren();
  $("tray").hidden = true;
}

$("attach").addEventListener("click", () => $("files").click());
$("files").addEventListener("change", (event) => add(event.target.files));
document.addEventListener("paste", (event) => {
  if (event.clipboardData?.files.length) {
    event.preventDefault();
    add(event.clipboardData.files);
  }
});
let over = 0;
const carries = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragenter", (event) => {
  if (carries(event)) $("dropping").hidden = !++over;
});
document.addEventListener("dragleave", (event) => {
  if (carries(event)) $("dropping").hidden = !(over = Math.max(0, over - 1));
});
document.addEventListener("dragover", (event) => carries(event) && event.preventDefault());
document.addEventListener("drop", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  over = 0;
  $("dropping").hidden = true;
  add(event.dataTransfer.files);
});

// ---- recording ----

let recorder = null;
const MOST_SECONDS = 300;

$("mic").addEventListener("click", async () => {
  note("");
  if (!isSecureContext) return note(say("mic_insecure"));
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return note(say("mic_missing"));
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: false } });
  } catch {
    return note(say("mic_refused"));
  }
  record(stream);
});

function record(stream) {
  const type = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"].find((each) => MediaRecorder.isTypeSupported(each));
  const pieces = [];
  const began = performance.now();
  let wanted = false;
  recorder = new MediaRecorder(stream, { ...(type && { mimeType: type }), audioBitsPerSecond: 128_000 });
  recorder.ondataavailable = (event) => event.data.size && pieces.push(event.data);
  const ticking = setInterval(() => {
    const seconds = (performance.now() - began) / 1000;
    $("counter").textContent = clockwise(seconds);
    if (seconds >= MOST_SECONDS) $("stop").click();
  }, 200);
  recorder.onstop = () => {
    clearInterval(ticking);
    $("counter").textContent = "0:00";
    for (const track of stream.getTracks()) track.stop();
    $("recorder").hidden = true;
    $("composer").hidden = false;
    if (wanted && pieces.length) {
      const kind = pieces[0].type.split(";")[0] || "audio/webm";
      const ending = { "audio/mp4": "m4a", "audio/ogg": "ogg" }[kind] ?? "webm";
      keep(new File(pieces, `${say("recording_name")}.${ending}`, { type: kind }));
      $("send").focus();
    } else text.focus();
    recorder = null;
  };
  $("stop").onclick = () => ((wanted = true), recorder?.stop());
  $("drop").onclick = () => recorder?.stop();
  silence();
  $("composer").hidden = true;
  $("recorder").hidden = false;
  recorder.start();
  $("stop").focus();
  tell(say("recording"));
}

// ---- begin ----

speak(localStorage.getItem("lang") ?? lang);
text.value = sessionStorage.getItem("draft") ?? "";
grow();
listen();
if (matchMedia("(hover: hover)").matches) text.focus();

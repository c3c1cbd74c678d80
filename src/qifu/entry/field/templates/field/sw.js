// Keeps the page and its files on the device, so that the app opens without a network. What was written lies elsewhere.
const VERSION = "{{ version }}", PAGE = "{{ page }}", ASSETS = {{ assets|safe }};
const SHELL = `qifu-field-${VERSION}`, PAGES = "qifu-field-page", PATIENCE = 4000;
const held = new Set(ASSETS.map((one) => new URL(one, self.location).href));

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(ASSETS.map((one) => new Request(one, { cache: "reload" })))).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("qifu-field-") && name !== SHELL && name !== PAGES).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const asked = event.request;
  if (asked.method !== "GET") return;
  if (held.has(asked.url)) event.respondWith(fromShell(asked));
  else if (asked.mode === "navigate" && new URL(asked.url).pathname === PAGE) event.respondWith(page(asked));
});
async function fromShell(asked) {
  const shell = await caches.open(SHELL);
  return (await shell.match(asked.url)) ?? fetch(asked);
}
async function page(asked) {
  const kept = () => caches.open(PAGES).then((pages) => pages.match(PAGE));
  if (!navigator.onLine) return (await kept()) ?? Response.error();
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  try {
    const answer = await Promise.race([fetch(asked), late.then(async () => (await kept()) ?? fetch(asked))]);
    return answer;
  } catch {
    return (await kept()) ?? Response.error();
  }
}

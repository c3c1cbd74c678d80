// Keeps the door's page and its files on the device, so that it opens without a network. Check-ins lie elsewhere.
const VERSION = "{{ version }}", ASSETS = {{ assets|safe }}, SCOPE = "{{ scope }}";
const SHELL = `qifu-door-${VERSION}`, PAGES = "qifu-door-page", PATIENCE = 4000;
const held = new Set(ASSETS.map((one) => new URL(one, self.location).href));

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(ASSETS.map((one) => new Request(one, { cache: "reload" })))).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("qifu-door-") && name !== SHELL && name !== PAGES).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const asked = event.request;
  if (asked.method !== "GET") return;
  if (held.has(asked.url)) event.respondWith(caches.open(SHELL).then((shell) => shell.match(asked.url)).then((found) => found ?? fetch(asked)));
  else if (asked.mode === "navigate" && /^\d+\/$/.test(new URL(asked.url).pathname.slice(SCOPE.length))) event.respondWith(page(asked));
});
async function page(asked) {
  const pages = await caches.open(PAGES), path = new URL(asked.url).pathname;
  const kept = () => pages.match(path);
  if (!navigator.onLine) return (await kept()) ?? Response.error();
  const late = new Promise((done) => setTimeout(done, PATIENCE)).then(async () => (await kept()) ?? fetch(asked));
  const fresh = fetch(asked).then((answer) => {
    if (answer.ok && !answer.redirected) pages.put(path, answer.clone());
    return answer;
  });
  try {
    return await Promise.race([fresh, late]);
  } catch {
    return (await kept()) ?? Response.error();
  }
}

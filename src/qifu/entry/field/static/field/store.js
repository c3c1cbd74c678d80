// What lies on the device: today's calls, drafts, finished reports on their way, pictures. Each report and its draft change hands in one transaction.
const NAME = "qifu-field", VERSION = 1;
let opening = null;

function open() {
  opening ??= new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      const base = asked.result;
      base.createObjectStore("day");
      base.createObjectStore("drafts", { keyPath: "number" });
      base.createObjectStore("outbox", { keyPath: "id", autoIncrement: true });
      base.createObjectStore("pictures", { keyPath: "key" });
    };
    asked.onsuccess = () => { asked.result.onversionchange = () => { asked.result.close(); opening = null; }; done(asked.result); };
    asked.onerror = () => { opening = null; fail(asked.error); };
  });
  return opening;
}
// Do `work` with the stores in one transaction; what the last request of it answered is the answer.
async function within(names, mode, work) {
  const base = await open();
  return new Promise((done, fail) => {
    const whole = base.transaction(names, mode, mode === "readwrite" ? { durability: "strict" } : {});
    const last = work(...names.map((name) => whole.objectStore(name)));
    whole.oncomplete = () => done(last?.result);
    whole.onerror = whole.onabort = () => fail(whole.error ?? new Error("storage"));
  });
}
const get = (name, key) => within([name], "readonly", (store) => store.get(key));
const every = (name) => within([name], "readonly", (store) => store.getAll());
const put = (name, value, key) => within([name], "readwrite", (store) => store.put(value, key));
const drop = (name, key) => within([name], "readwrite", (store) => store.delete(key));

export const day = { get: () => get("day", "day"), put: (told) => put("day", told, "day"), drop: () => drop("day", "day") };
export const drafts = { get: (number) => get("drafts", number), all: () => every("drafts"), put: (draft) => put("drafts", draft), drop: (number) => drop("drafts", number) };
export const pictures = { get: (key) => get("pictures", key), put: (one) => put("pictures", one), drop: (key) => drop("pictures", key) };
export const outbox = {
  get: (id) => get("outbox", id),
  all: () => every("outbox"),
  put: (item) => put("outbox", item),
  // A finished report: out of the drafts and into the queue, both or neither.
  add: (item) => within(["outbox", "drafts"], "readwrite", (queue, held) => { held.delete(item.number); return queue.add(item); }),
  drop: (item) => within(["outbox", "pictures"], "readwrite", (queue, held) => { item.photos.forEach((one) => held.delete(one.key)); return queue.delete(item.id); }),
  // Back to a draft, to be put right.
  reopen: (item, draft) => within(["outbox", "drafts"], "readwrite", (queue, held) => { queue.delete(item.id); return held.put(draft); }),
};
// A picture and the draft that names it, both or neither.
export const keepPicture = (picture, draft) => within(["pictures", "drafts"], "readwrite", (held, list) => { held.put(picture); return list.put(draft); });
// What is not waiting to be sent leaves the device.
export async function forget() {
  await day.drop();
  if (self.caches) await caches.delete("qifu-field-page");
}

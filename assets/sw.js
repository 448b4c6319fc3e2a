// Keeps the site's files for visits without a connection.
//
// Hashed files (/pkg/, /assets/) never change: the cache answers first. The page and the manifest do change:
// the network answers first, the cache where there is none. Model weights are kept by the model worker itself,
// in a cache of its own, and pass through here untouched.

const FILES = "vitrine-files-1";
const OURS = /^vitrine-files-/;
const CHANGING = ["/", "/manifest.json"];

const isHashed = (path) => /^\/(pkg|assets)\/.*\.[0-9a-f]{16}\.[^/]+$/.test(path);
const isWeights = (path) => path.startsWith("/assets/weights/") && path.endsWith(".safetensors");

/** Small files that a first visit without a connection would miss. Model code comes with the first sample. */
const isWanted = (key) =>
  /^(page|boot)[.-]/.test(key) || /^(styles|icons)\//.test(key) || /^weights\/.*\.(json|nrrd)$/.test(key) ||
  /^examples\/.*\.(json|small\.jpg)$/.test(key);

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(FILES);
      await Promise.all(CHANGING.map(async (path) => keep(cache, path, await fetch(path, { cache: "no-cache" }))));
      const manifest = await readManifest(cache);
      const wanted = Object.entries(manifest).filter(([key]) => isWanted(key));
      // After what the page itself is waiting for.
      const fetchLate = (path) => fetch(path, { priority: "low" });
      await Promise.all(
        wanted.map(async ([, { path }]) => (await cache.match(path)) || keep(cache, path, await fetchLate(path))),
      );
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      await Promise.all(names.filter((name) => OURS.test(name) && name !== FILES).map((name) => caches.delete(name)));
      await forgetOldFiles();
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    // Every page is the same document; the API's pages are the server's own.
    if (!url.pathname.startsWith("/api")) event.respondWith(networkFirst("/", request, event));
  } else if (url.pathname === "/manifest.json") {
    event.respondWith(networkFirst("/manifest.json", request, event));
  } else if (isHashed(url.pathname) && !isWeights(url.pathname) && !request.headers.has("range")) {
    event.respondWith(cacheFirst(url.pathname, request));
  }
});

async function cacheFirst(path, request) {
  const cache = await caches.open(FILES);
  return (await cache.match(path)) || keep(cache, path, await fetch(request));
}

async function networkFirst(path, request, event) {
  const cache = await caches.open(FILES);
  try {
    const response = await fetch(request);
    if (response.ok && (path !== "/" || isPage(response))) {
      await keep(cache, path, response);
      if (path === "/manifest.json") event.waitUntil(forgetOldFiles());
    }
    return response;
  } catch (error) {
    const kept = await cache.match(path);
    if (kept) return kept;
    throw error;
  }
}

const isPage = (response) => (response.headers.get("content-type") || "").startsWith("text/html");

/** Stores a copy of a good answer. A full disk must not cost the visitor the answer itself. */
async function keep(cache, path, response) {
  if (response.ok && !response.redirected) {
    try {
      await cache.put(path, response.clone());
    } catch (error) {
      console.warn(`vitrine: ${path} could not be kept`, error);
    }
  }
  return response;
}

async function readManifest(cache) {
  const kept = await cache.match("/manifest.json");
  return kept ? kept.json() : {};
}

/** Drops hashed files that the newest manifest no longer names. */
async function forgetOldFiles() {
  const cache = await caches.open(FILES);
  const manifest = await readManifest(cache);
  const current = new Set(Object.values(manifest).map(({ path }) => path));
  if (current.size === 0) return;
  const requests = await cache.keys();
  const old = requests.filter(({ url }) => {
    const path = new URL(url).pathname;
    return !CHANGING.includes(path) && !current.has(path);
  });
  await Promise.all(old.map((request) => cache.delete(request)));
}

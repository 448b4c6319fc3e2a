// Starts the model worker, and starts it anew when a panic has brought it down.
//
// A panic ends the WebAssembly instance: no code in it runs any more, so somebody outside must tell the page.
// If it happened on the GPU (a lost device, no memory), the job is tried once more, on the CPU.

const GLUE = "{{worker-glue.js}}";
const WASM = "{{worker.wasm}}";

let generation = 0;
let compiled = null;
// The job under way: the page's message, and whether the GPU may be to blame if it fails.
let current = null;

// First of the listeners: the module's own is `onmessage`.
self.addEventListener("message", (event) => {
  const message = JSON.parse(event.data.json);
  if (message.to === "sample" && !current) {
    current = { job: message.job, message, onGpu: message.request.device !== "cpu", retried: false };
  }
});

// Messages that come while no module listens.
const early = [];
const hold = (event) => early.push(event.data);
const hand = (data) => self.onmessage(new MessageEvent("message", { data }));
self.onmessage = hold;

const post = self.postMessage.bind(self);
self.postMessage = (data, transfer = []) => {
  // Its name comes first. Most messages are of no interest here, and long.
  const [name] = /(?<=^{"from":")[a-z]+/.exec(data.json) ?? [];
  if (name === "ready" && generation > 0) return;
  if (["backend", "done", "cancelled", "failed"].includes(name)) {
    const message = JSON.parse(data.json);
    if (message.job === current?.job) {
      if (name === "backend") current.onGpu = message.device === "webgpu";
      else current = null;
    }
  }
  post(data, transfer);
};

// What the module has started on other cores ends with it.
const helpers = [];
self.Worker = class extends Worker {
  constructor(...how) {
    super(...how);
    helpers.push(this);
  }
};

async function start(brokenGpu) {
  compiled ??= await WebAssembly.compileStreaming(fetch(WASM));
  // Another query makes another instance of the glue.
  const glue = await import(generation === 0 ? GLUE : `${GLUE}?again=${generation}`);
  await glue.default({ module_or_path: compiled });
  glue.start(brokenGpu);
  for (const data of early.splice(0)) hand(data);
}

async function afterPanic(reason) {
  self.onmessage = hold;
  for (const helper of helpers.splice(0)) helper.terminate();
  generation += 1;
  const job = current;
  const again = job?.onGpu && !job.retried;
  if (job && !again) {
    const message = `The model code stopped: ${reason}`;
    self.postMessage({ json: JSON.stringify({ from: "failed", job: job.job, message, fields: [] }) });
  }
  await start(job?.onGpu ? `it failed (${reason})` : undefined);
  if (again) {
    job.retried = true;
    job.onGpu = false;
    // The device that was asked for is gone; the note says so.
    job.message.request.device = "auto";
    hand({ json: JSON.stringify(job.message) });
  }
}

for (const type of ["error", "unhandledrejection"]) {
  self.addEventListener(type, (event) => {
    const reason = self.vitrinePanic;
    if (reason === undefined) return;
    self.vitrinePanic = undefined;
    event.preventDefault();
    // What goes wrong here goes to the page as the worker's error event.
    afterPanic(reason).catch((error) => setTimeout(() => { throw error; }));
  });
}

await start(undefined);

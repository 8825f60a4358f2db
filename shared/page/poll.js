// Asks again and again: soon while something happens, ever more rarely while nothing does, and
// not at all while nobody looks.

const SOON_MS = 1_000;
const BUSY_MS = 4_000; // the rarest while work is pending
const IDLE_MS = 30_000; // the rarest at all
const GROWTH = 1.5;
const PATIENCE = 10; // unchanged answers at full speed while work is pending

/**
 * Runs `task` until `stop()`. The task answers `{changed, busy}`; its errors go to `failed`.
 */
export function poll(task, failed = () => {}) {
  let timer = null;
  let delay = SOON_MS;
  let unchanged = 0;
  let running = false;
  let again = false;
  let stopped = false;
  let looked = performance.now();

  async function turn() {
    timer = null;
    running = true;
    try {
      const { changed, busy } = await task();
      unchanged = changed ? 0 : unchanged + 1;
      if (changed || (busy && unchanged < PATIENCE)) delay = SOON_MS;
      else delay = Math.min(delay * GROWTH, busy ? BUSY_MS : IDLE_MS);
    } catch (error) {
      delay = Math.min(delay * 2, IDLE_MS);
      if (!stopped) failed(error);
    }
    running = false;
    looked = performance.now();
    if (again) {
      again = false;
      delay = SOON_MS;
    }
    plan(delay);
  }

  function plan(wait) {
    clearTimeout(timer);
    timer = stopped || document.hidden ? null : setTimeout(turn, wait);
  }

  /** Something happened here: look soon, and often for a while. */
  function wake() {
    unchanged = 0;
    delay = SOON_MS;
    if (running) again = true;
    else plan(Math.max(0, looked + SOON_MS - performance.now())); // however often it is called
  }

  function seen() {
    if (document.hidden) clearTimeout(timer);
    else wake();
  }

  document.addEventListener("visibilitychange", seen);
  addEventListener("online", wake);
  plan(SOON_MS);
  return {
    wake,
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
      removeEventListener("online", wake);
    },
  };
}

// Waiting for what a test needs, without fixed delays.

/** How long a slow machine may take for anything, in milliseconds; the variable is in seconds. */
export const PATIENCE = Number(process.env.GRAPHLENS_E2E_PATIENCE ?? 180) * 1000;

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Ask again until the answer is truthy; that answer is returned.
 *
 * Questions may throw: it counts as "not yet", and the last outcome is told in the error. A
 * question is told how many milliseconds it may itself wait for something; each time it is more,
 * so that what is too slow for a short wait gets a longer one.
 */
export async function eventually(what, ask, { within = PATIENCE, every = 100 } = {}) {
  const deadline = Date.now() + within;
  let outcome;
  let attempt = 0;
  do {
    try {
      attempt += 1;
      outcome = await ask(Math.min(3000 * attempt, 30_000));
      if (outcome) return outcome;
    } catch (error) {
      outcome = error instanceof Error ? error.message : error;
    }
    await pause(every);
  } while (Date.now() < deadline);
  throw new Error(`after ${within} ms still not: ${what}. Last: ${JSON.stringify(outcome)}`);
}

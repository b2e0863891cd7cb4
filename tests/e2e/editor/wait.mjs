// Waiting for what a test needs, without fixed delays.

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Ask again until the answer is truthy; that answer is returned.
 * Questions may throw: it counts as "not yet". The last outcome is told in the error.
 */
export async function eventually(what, ask, { within = 60_000, every = 100 } = {}) {
  const deadline = Date.now() + within;
  let outcome;
  do {
    try {
      outcome = await ask();
      if (outcome) return outcome;
    } catch (error) {
      outcome = error instanceof Error ? error.message : error;
    }
    await pause(every);
  } while (Date.now() < deadline);
  throw new Error(`after ${within} ms still not: ${what}. Last: ${JSON.stringify(outcome)}`);
}

/**
 * Runs tasks one after another. Everything that reads the cursor and then writes goes through one such queue, so that what
 * was compared is still true when it is written.
 */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Tasks that have not ended yet. */
  get size(): number {
    return this.#waiting;
  }

  /** Resolves or rejects as the task does; a failed task does not stop those after it. */
  run<T>(task: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const result = this.#tail.then(task);
    this.#tail = result.then(
      () => this.#ended(),
      () => this.#ended(),
    );
    return result;
  }

  /** Resolves when everything queued so far has ended. */
  async idle(): Promise<void> {
    await this.#tail;
  }

  #ended(): void {
    this.#waiting -= 1;
  }
}

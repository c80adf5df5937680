// A client of Janus's video room (https://janus.conf.meetecho.com/docs/rest.html).
const WAIT_MS = 30000;

export class Janus {
  #url;
  #session;
  #waiting = new Map(); // by handle: takes the next event with an SDP

  constructor(url) {
    this.#url = `${url}/janus`;
  }

  async #post(path, body) {
    const answer = await (
      await fetch(this.#url + path, { method: 'POST', body: JSON.stringify({ transaction: 'lab', ...body }) })
    ).json();
    const refusal = answer.error?.reason ?? answer.plugindata?.data?.error;
    if (refusal) throw new Error(`Janus: ${refusal}`);
    return answer;
  }

  async #poll() {
    for (;;) {
      const answer = await (await fetch(`${this.#url}/${this.#session}?maxev=10`)).json();
      for (const event of [answer].flat()) {
        if (event.janus === 'hangup') console.log(`hangup ${event.reason}`);
        if (event.jsep || event.plugindata?.data?.error) this.#waiting.get(event.sender)?.(event);
      }
    }
  }

  async begin() {
    this.#session = (await this.#post('', { janus: 'create' })).data.id;
    this.#poll().catch((error) => console.log(`no more events of Janus: ${error}`));
  }

  async attach() {
    return (await this.#post(`/${this.#session}`, { janus: 'attach', plugin: 'janus.plugin.videoroom' })).data.id;
  }

  message(handle, body, jsep) {
    return this.#post(`/${this.#session}/${handle}`, { janus: 'message', body, ...(jsep && { jsep }) });
  }

  /** The same, and waits for the event with an SDP that it leads to. */
  async negotiate(handle, body, jsep) {
    const event = new Promise((resolve, reject) => {
      this.#waiting.set(handle, resolve);
      setTimeout(() => reject(new Error(`Janus says nothing to ${body.request}`)), WAIT_MS).unref();
    });
    await this.message(handle, body, jsep);
    const { jsep: answer, plugindata } = await event;
    if (!answer) throw new Error(`Janus: ${plugindata.data.error}`);
    return { sdp: answer.sdp, data: plugindata.data };
  }
}

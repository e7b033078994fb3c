// SPDX-License-Identifier: Apache-2.0
//
// person.mjs - a person with a browser, as far as the login and the consent
// page need one: cookies, forms, redirects.

function unescape(text) {
  return text.replace(/&(#x[0-9a-f]+|#\d+|quot|lt|gt|amp);/gi, (all, name) => {
    const names = { quot: '"', lt: '<', gt: '>', amp: '&' };
    if (name in names) return names[name];
    return String.fromCodePoint(name[1] === 'x' ? parseInt(name.slice(2), 16)
      : parseInt(name.slice(1), 10));
  });
}

function attribute(tag, name) {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag);
  return found ? unescape(found[1]) : null;
}

export class Person {
  constructor(user) {
    this.user = user;
    this.cookies = new Map();
  }

  async request(url, form) {
    const headers = {
      cookie: [...this.cookies].map(([n, v]) => `${n}=${v}`).join('; '),
    };
    const answer = await fetch(url, {
      method: form ? 'POST' : 'GET', body: form, headers, redirect: 'manual',
    });
    // Not getSetCookie(), which Node 18 lacks: ours have no comma inside.
    const set = answer.headers.get('set-cookie') ?? '';
    for (const line of set.split(/,\s*(?=[^;,=\s]+=)/).filter(Boolean)) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === '' || /;\s*max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  // The form with this field, filled in, to where it goes.
  submit(url, html, field, values) {
    for (const [form] of html.matchAll(/<form\b.*?<\/form>/gs)) {
      const tags = [...form.matchAll(/<(?:input|button)\b[^>]*>/g)]
        .map(([tag]) => tag);
      if (!tags.some((tag) => attribute(tag, 'name') === field)) continue;
      const body = new URLSearchParams();
      for (const tag of tags)
        if (attribute(tag, 'type') === 'hidden')
          body.set(attribute(tag, 'name'), attribute(tag, 'value'));
      for (const [name, value] of Object.entries(values)) body.set(name, value);
      return this.request(new URL(attribute(form, 'action'), url), body);
    }
    return null;
  }

  // Follows an authorization request until the browser is sent back to the
  // client: returns that URL.
  async authorize(start, redirectUri, decision = 'allow') {
    let url = new URL(start);
    let answer = await this.request(url);
    for (let hops = 0; hops < 12; hops++) {
      if ([302, 303, 307].includes(answer.status)) {
        url = new URL(answer.headers.get('location'), url);
        if (url.href.split('?')[0] === redirectUri) return url;
        answer = await this.request(url);
        continue;
      }
      const html = await answer.text();
      if (answer.status !== 200)
        throw new Error(`${url.pathname} answered ${answer.status}: ${html}`);
      answer = await (
        this.submit(url, html, 'password', {
          username: this.user.username, password: this.user.password,
        }) ?? this.submit(url, html, 'decision', { decision }));
      if (!answer) throw new Error(`${url.pathname} has no form for me`);
    }
    throw new Error('going round in circles');
  }
}

// What is live on a page: its parts that may change are fetched again when the queue has changed, and the output of an
// attempt that runs is followed. Without it every page works as well, as it was when it was asked for.
'use strict';
(() => {
  const base = document.body.dataset.base;
  const mark = document.getElementById('live');
  const policy = window.trustedTypes
    ? trustedTypes.createPolicy('workerd', { createHTML: html => html })
    : { createHTML: html => html };
  const EVERY = 2000;
  let due = false;
  let busy = false;
  let last = Date.now();

  function say(word, isLive) {
    mark.hidden = false;
    mark.textContent = word;
    mark.classList.toggle('off', !isLive);
  }

  // Nobody's place on the page, selection, ticks or half-filled form is taken away.
  function isInUse(part) {
    const chosen = document.getSelection();
    return part.contains(document.activeElement)
      || (chosen && !chosen.isCollapsed && chosen.anchorNode && part.contains(chosen.anchorNode))
      || part.querySelector('input:checked, details[open]');
  }

  async function refresh() {
    if (busy || document.hidden || !document.querySelector('[data-live]')) return;
    const wait = last + EVERY - Date.now();
    if (wait > 0) {
      if (!due) setTimeout(() => { due = false; refresh(); }, wait);
      due = true;
      return;
    }
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
      if (!answer.ok) return;
      const next = new DOMParser().parseFromString(policy.createHTML(await answer.text()), 'text/html');
      for (const part of document.querySelectorAll('[data-live]')) {
        const other = next.getElementById(part.id);
        if (other && !isInUse(part) && part.outerHTML !== other.outerHTML) part.replaceWith(document.adoptNode(other));
      }
    } catch (gone) {
      // The events tell when it is back.
    } finally {
      last = Date.now();
      busy = false;
    }
  }

  // A browser opens few connections to one place: pages that nobody looks at give theirs back.
  function whileSeen(open) {
    let source = null;
    const look = () => {
      if (document.hidden && source) {
        source.close();
        source = null;
      } else if (!document.hidden && !source) {
        source = open();
      }
    };
    document.addEventListener('visibilitychange', look);
    window.addEventListener('pagehide', () => { if (source) source.close(); });
    window.addEventListener('pageshow', event => { if (event.persisted) location.reload(); });
    look();
  }

  function watch() {
    const events = new EventSource(base + '/api/v1/events');
    events.addEventListener('open', () => say('live', true));
    events.addEventListener('stats', refresh);
    events.addEventListener('error', () => say('not connected', false));
    return events;
  }

  const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
  const MOST = 65536;

  function follow(place) {
    const output = new EventSource(place.dataset.follow + '?follow=1');
    let text = '';
    output.addEventListener('output', event => {
      const atEnd = place.scrollTop + place.clientHeight >= place.scrollHeight - 4;
      text = (text + JSON.parse(event.data).text.replace(HIDDEN, '?')).slice(-MOST);
      place.textContent = text;
      if (atEnd) place.scrollTop = place.scrollHeight;
    });
    output.addEventListener('end', () => output.close());
    return output;
  }

  // What was printed last is what one wants to see.
  for (const output of document.querySelectorAll('pre.output')) output.scrollTop = output.scrollHeight;
  const place = document.getElementById('follow');
  if (place) whileSeen(() => follow(place));
  whileSeen(watch);
  // Ages grow though nothing happens.
  setInterval(refresh, 30000);
})();

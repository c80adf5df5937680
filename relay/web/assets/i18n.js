// Chinese and English: texts by key, elements marked with data-i18n, and the switch between them.
import { texts } from './texts.js';

const STORAGE_KEY = 'classcast.language';
const listeners = new Set();

function remembered() {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null; // storage may be forbidden
  }
}

function preferred() {
  const asked = new URLSearchParams(location.search).get('lang') ?? remembered();
  if (asked in texts) return asked;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

let language = preferred();

export function t(key, values = {}) {
  const text = texts[language][key] ?? texts.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Sets what @element says, and keeps it right when the language changes. */
export function say(element, key, values = {}) {
  element.dataset.i18n = key;
  element.dataset.i18nValues = JSON.stringify(values);
  const text = t(key, values);
  if (element.textContent !== text) element.textContent = text; // a screen reader reads each change
}

export function onLanguageChange(listener) {
  listeners.add(listener);
}

function translate() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const element of document.querySelectorAll('[data-i18n]')) {
    say(element, element.dataset.i18n, JSON.parse(element.dataset.i18nValues ?? '{}'));
  }
  for (const element of document.querySelectorAll('[data-i18n-label]')) {
    element.setAttribute('aria-label', t(element.dataset.i18nLabel));
    if (element.tagName !== 'VIDEO') element.title = t(element.dataset.i18nLabel);
  }
  listeners.forEach((listener) => listener());
}

export function setUpLanguage() {
  const button = document.getElementById('language');
  button.addEventListener('click', () => {
    language = language === 'zh' ? 'en' : 'zh';
    try {
      localStorage.setItem(STORAGE_KEY, language);
    } catch {
      // then it lasts as long as the page
    }
    translate();
  });
  translate();
}

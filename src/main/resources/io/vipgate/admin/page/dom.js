// Elements. Whatever comes from a configuration or from another machine becomes text, never markup.

/** An element with attributes and children; texts become text nodes. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children);
  return element;
}

/** Sets a text, and touches nothing when it is there already. */
export function setText(element, text) {
  const wanted = clean(String(text));
  if (element.textContent !== wanted) {
    element.textContent = wanted;
  }
}

/** Sets or removes an attribute, and touches nothing when it is so already. */
export function setAttribute(element, name, value) {
  if (value === undefined || value === false) {
    element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

/** Without control characters and those that turn the direction of writing. */
export function clean(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, "?");
}

const present = new WeakMap();

/**
 * Makes a parent's children those of a list: one that stays keeps its element, and with it the focus.
 * `create` makes what stands for an item, an object with the member `element`; `update` tells it of the item; `end`, if it
 * has one, is its end. Answers what stands there now.
 */
export function keep(parent, items, key, create, update) {
  const before = present.get(parent) ?? new Map();
  const after = new Map();
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const child = before.get(name) ?? create(item);
    after.set(name, child);
    if (child.element === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(child.element, place);
    }
    update(child, item);
  }
  for (const [name, child] of before) {
    if (!after.has(name)) {
      child.element.remove();
      child.end?.();
    }
  }
  present.set(parent, after);
  return [...after.values()];
}

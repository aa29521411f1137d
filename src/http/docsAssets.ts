/** Style and script of the page that documents the routes. */

export const style = `
:root { color-scheme: light dark; --ink: light-dark(#1c2430, #e8ecf2); --dim: light-dark(#566275, #9aa7ba);
  --paper: light-dark(#fbfaf7, #14181f); --panel: light-dark(#f0eee8, #1e242e); --mark: light-dark(#b3391f, #ff9a7a);
  --line: light-dark(#d9d5ca, #333b48) }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 3rem 1.25rem 4rem }
h1 { font-size: 2.25rem; line-height: 1.15; margin: 0 0 .25rem; letter-spacing: -.02em }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .25rem }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem }
p { margin: .5rem 0 }
.dim { color: var(--dim) }
a { color: var(--mark) }
code, pre, input, select { font: .9rem/1.5 ui-monospace, monospace }
pre { background: var(--panel); padding: .9rem 1rem; border-radius: .5rem; overflow-x: auto; margin: .5rem 0 }
.said { white-space: pre-line }
details { border-top: 1px solid var(--line); padding: .6rem 0 }
summary { cursor: pointer }
summary code { font-weight: 600 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line) }
input, select { width: 100%; min-width: 9rem; padding: .25rem .4rem; color: inherit; background: var(--panel);
  border: 1px solid var(--line); border-radius: .25rem }
button { font: inherit; margin-top: .6rem; padding: .3rem .9rem; color: var(--paper); background: var(--mark); border: 0;
  border-radius: .25rem; cursor: pointer }
@media (max-width: 40rem) { table, tbody, tr, td { display: block } thead { display: none } td { border: 0 } }
`

/** Leaves out what is empty, and puts the parts of the path where they belong. Without it, forms still work where all is filled in. */
export const script = `
document.addEventListener("submit", (event) => {
  const form = event.target
  event.preventDefault()
  const query = new URLSearchParams()
  let path = form.dataset.path
  for (const field of form.elements) {
    if (field.name === "" || field.value === "") continue
    if (field.dataset.in === "path") path = path.replace("{" + field.name + "}", encodeURIComponent(field.value))
    else query.append(field.name, field.value)
  }
  window.open(path + (query.size === 0 ? "" : "?" + query), "_blank", "noopener")
})
`

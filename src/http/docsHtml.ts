/** The OpenAPI document as HTML. */
import type * as OpenApi from "effect/http-api/OpenApi"
import { script, style } from "./docsAssets.ts"

type Spec = ReturnType<typeof OpenApi.fromApi>
type Operation = NonNullable<Spec["paths"][string]["get"]>
type Parameter = Operation["parameters"][number]
type Json = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign)

/** Text in which `code` is marked as in Markdown. */
const said = (text: string) => escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>")

const isRequired = (schema: Json, name: string) => listOf(schema["required"]).includes(name)

/** A schema as one would write the shape down; components where they are used. */
const shapeOf = (schema: unknown, components: Json, indent = ""): string => {
  if (!isRecord(schema)) return "anything"
  const reference = schema["$ref"]
  if (typeof reference === "string") return shapeOf(components[reference.split("/").at(-1) ?? ""], components, indent)
  const choices = listOf(schema["anyOf"]).concat(listOf(schema["oneOf"]))
  if (choices.length > 0) {
    return Array.from(new Set(choices.map((choice) => shapeOf(choice, components, indent)))).join(" | ")
  }
  const words = listOf(schema["enum"])
  if (words.length > 0) return words.map((word) => JSON.stringify(word)).join(" | ")
  const inner = `${indent}  `
  if (schema["type"] === "array") return `[${shapeOf(schema["items"], components, indent)}, …]`
  if (schema["type"] !== "object") return typeof schema["type"] === "string" ? schema["type"] : "anything"
  const properties = isRecord(schema["properties"]) ? Object.entries(schema["properties"]) : []
  if (properties.length === 0) return `{ name: ${shapeOf(schema["additionalProperties"], components, inner)}, … }`
  const lines = properties.map(
    ([name, property]) =>
      `${inner}${name}${isRequired(schema, name) ? "" : "?"}: ${shapeOf(property, components, inner)}`
  )
  return `{\n${lines.join("\n")}\n${indent}}`
}

/** A field to try a parameter with. */
const field = ({ in: place, name, required, schema }: Parameter): string => {
  const attributes = `name="${escaped(name)}" data-in="${place}" aria-label="${escaped(name)}"${required ? " required" : ""}`
  const words = listOf("enum" in schema ? schema.enum : undefined).map(String)
  if (words.length === 0) return `<input ${attributes}>`
  const options = words.map((word) => `<option>${escaped(word)}</option>`)
  return `<select ${attributes}>${required ? "" : "<option></option>"}${options.join("")}</select>`
}

const parameterRow = (parameter: Parameter) => `<tr><td><code>${escaped(parameter.name)}</code></td>
<td>${said(parameter.description ?? "")}${parameter.required ? " (required)" : ""}</td><td>${field(parameter)}</td></tr>`

const tableOf = (rows: string, ...columns: ReadonlyArray<string>) =>
  `<table><thead><tr>${columns.map((name) => `<th>${name}</th>`).join("")}</tr></thead><tbody>${rows}</tbody></table>`

const form = (path: string, parameters: ReadonlyArray<Parameter>) => {
  const table = tableOf(parameters.map(parameterRow).join("\n"), "Parameter", "What", "Try")
  return `<form action="${escaped(path)}" data-path="${escaped(path)}" target="_blank">
${parameters.length === 0 ? "" : table}<button>Try it</button></form>`
}

const answers = (responses: Operation["responses"], components: Json) =>
  Object.entries(responses).map(([status, { content = {}, description }]) => {
    const shapes = Object.entries(content).map(
      ([type, { schema }]) => `<p class="dim">${escaped(type)}</p><pre>${escaped(shapeOf(schema, components))}</pre>`
    )
    return `<h3>${escaped(status)}</h3><p>${said(description)}</p>${shapes.join("")}`
  })

const readRow = ({ description = "", name, required }: Parameter) =>
  `<tr><td><code>${escaped(name)}</code></td><td>${said(description)}${required ? " (required)" : ""}</td></tr>`

/** Bodies that would be taken. */
const examplesOf = (schema: unknown) => {
  const examples = listOf(isRecord(schema) ? schema["examples"] : undefined).map((one) => escaped(JSON.stringify(one)))
  return examples.length === 0 ? "" : `<p class="dim">For example</p><pre>${examples.join("\n")}</pre>`
}

/** What is sent: the parameters, and the shape of the body. A page cannot do that without being somebody, so there is nothing to try. */
const sent = ({ parameters, requestBody }: Operation, components: Json) => {
  const table = parameters.length === 0 ? "" : tableOf(parameters.map(readRow).join("\n"), "Parameter", "What")
  const bodies = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) =>
      `<p class="dim">${escaped(type)}</p><pre>${escaped(shapeOf(schema, components))}</pre>${examplesOf(schema)}`
  )
  return `${table}<h3>Body</h3>${bodies.join("")}`
}

interface Route {
  readonly method: "GET" | "POST"
  readonly path: string
  readonly operation: Operation
}

const routeHtml = ({ method, operation, path }: Route, components: Json) =>
  `<details id="${escaped(operation.operationId)}">
<summary><code>${method} ${escaped(path)}</code> ${said(operation.summary ?? "")}</summary>
<p class="said">${said(operation.description ?? "")}</p>
${method === "GET" ? form(path, operation.parameters) : sent(operation, components)}
${answers(operation.responses, components).join("\n")}
</details>`

/** A page of its own. */
export const docsHtml = ({ components, info, paths, tags }: Spec): string => {
  const routes = Object.entries(paths).flatMap(([path, { get, post }]): ReadonlyArray<Route> => [
    ...(get === undefined ? [] : [{ method: "GET" as const, path, operation: get }]),
    ...(post === undefined ? [] : [{ method: "POST" as const, path, operation: post }])
  ])
  const groups = tags.map(({ description = "", name }) => {
    const own = routes.filter(({ operation }) => operation.tags.includes(name))
    return `<h2>${escaped(name)}</h2><p class="dim">${said(description)}</p>
${own.map((route) => routeHtml(route, components.schemas)).join("\n")}`
  })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)}: routes</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(info.title)}: routes</h1>
<p class="dim">Version ${escaped(info.version)}. ${said(info.description ?? "")} The same for machines:
<a href="/openapi.json">/openapi.json</a>.</p>
${groups.join("\n")}
</main>
<script>${script}</script>
</body>
</html>
`
}

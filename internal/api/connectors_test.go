package api

import (
	"net/netip"
	"testing"
	"testing/fstest"

	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// desk is a connector as a file: a help desk where tickets are opened and closed.
const desk = `
connector: desk
title: Help desk
description: Tickets.
settings:
  base_url: { title: Address, required: true }
  team: { title: Team }
  queue: { title: Queue, learned: true }
auth:
  - kind: bearer
    title: Token
    fields: { token: { title: Token } }
  - kind: basic
    title: User name and password
base_url: "{{ settings.base_url }}"
errors:
  - when: status >= 400
    message: '"the desk answered " + status'
test:
  - action: get_queue
    learn: { queue: outputs.name }
    says: '"reads " + outputs.name'
actions:
  get_queue:
    title: Read queue
    effect: read
    repeat: safe
    request: { method: GET, path: /queue }
    outputs: { name: { from: body.name } }
  open_ticket:
    title: Open ticket
    effect: change
    repeat: safe
    inputs: { title: { title: Title, required: true } }
    request: { method: POST, path: /tickets, json: { title: "{{ inputs.title }}" } }
    outputs: { id: { from: body.id } }
    targets: [{ type: ticket, id: "{{ inputs.title }}" }]
    undo: { action: close_ticket, inputs: { id: "{{ outputs.id }}" } }
  close_ticket:
    title: Close ticket
    effect: change
    repeat: safe
    inputs: { id: { required: true } }
    request: { method: DELETE, path: "/tickets/{{ inputs.id }}" }
`

// connectors returns a shelf with the help desk, and an engine that may call
// this machine.
func connectors(t testing.TB, keys *secret.Keyring) (*connector.Shelf, *connector.Engine) {
	t.Helper()
	shelf, err := connector.Load(fstest.MapFS{"connectors/desk.yaml": {Data: []byte(desk)}})
	if err != nil {
		t.Fatal(err)
	}
	out := egress.New(egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(out.Client(egress.ClientOptions{}).CloseIdleConnections)
	return shelf, connector.NewEngine(connector.Options{Shelf: shelf, Keyring: keys, Egress: out, Quota: quota.NewRegistry(quota.Options{})})
}

// deskConnection makes a connection to a desk.
func (b *bench) deskConnection(c *client, url string, test bool) string {
	b.t.Helper()
	return c.post("/api/v1/connections", value.Map("connector", "desk", "name", "Desk", "settings", value.Map("base_url", url), "secrets", value.Map("token", deskToken), "test", test), 201).Text("id")
}

const deskToken = "desk-token-that-nobody-sees"

package connector

import (
	"sallyport/internal/expr"
	"sallyport/internal/quota"
)

// A plan is what the engine works by: the part of a file that says how,
// compiled.

// profile is the plan of a connector.
type profile struct {
	base    tree // the URL that paths are joined to; empty where requests bring their own
	headers []namedTree
	smtp    *smtpPlan // the connector speaks SMTP, not HTTP
	dialect quota.Dialect
	percent tree        // of each of Okta's buckets; empty is what the dialect takes by itself
	errors  []errorPlan // after those of an action
	test    []testStep
	scopes  string     // how missing scopes are granted; empty where tokens do not say what they may
	judge   *judgePlan // of calls that lead to the same tenant; nil where there is none
}

// judgePlan is how a connector judges calls of others.
type judgePlan struct {
	action string
	hosts  *expr.Program
	also   *expr.Program
}

// authPlan is the plan of a way to sign in.
type authPlan struct {
	header   tree // of an API key or a signature
	prefix   string
	param    tree // of the query, that an API key goes into
	tokenURL tree
	basic    bool // the client secret goes into a header
	params   tree // sent to the token endpoint besides
	body     tree // the JSON that is sent there instead of the grant's form
	field    string
	audience tree // of an assertion

	authorizeURL    tree // where people consent
	authorizeParams tree // sent there besides

	service, region tree // of an Amazon signature
	hmac            *hmacPlan
}

// hmacPlan is how an HMAC is made.
type hmacPlan struct {
	algorithm tree // sha1, sha256, sha384 or sha512
	encoding  tree // hex or base64
	keyForm   tree // how the key is written: text, hex or base64
	signed    tree
	headers   []namedTree // besides the one of the signature
}

// plan is the plan of an action.
type plan struct {
	vars    []variable
	checks  []check
	effects []effectWhen
	unclear *expr.Program // when the targets are not all that it touches
	key     string        // the header that the idempotency key goes into
	subject tree          // for whom to sign in, where the way to sign in acts for people
	steps   []*step
	mail    *mailPlan // nil, with no steps: the mail server is only tried out
	errors  []errorPlan
	outputs []outputPlan
	binary  bool // an output is made of the answer as a file
}

// pages is how the list goes on that the action gives: that of its last request.
func (p *plan) pages() *pagesPlan {
	if len(p.steps) == 0 {
		return nil
	}
	return p.steps[len(p.steps)-1].pages
}

// step is one request of an action, or one for each item of a list.
type step struct {
	id      string        // by which others know its answers; empty of an action with one request
	when    *expr.Program // nil: always
	each    *expr.Program // nil: once
	vars    []variable
	request *requestPlan
	accept  *expr.Program // an answer that is none of the errors, whatever its status
	pages   *pagesPlan
}

type namedTree struct {
	name string
	tree tree
}

// variable is a value that an action calculates before its request.
type variable struct {
	name string
	from *expr.Program
}

// check is something that must not be so.
type check struct{ when, message *expr.Program }

type effectWhen struct {
	when     *expr.Program
	effect   Effect
	computed bool // it reads the action's variables
}

// requestPlan is how the request of an action is made.
type requestPlan struct {
	method  tree
	base    tree // instead of the connector's
	path    tree // joined to the base, each reference a segment of its own; or
	url     tree // a whole URL, or one relative to the base
	query   tree
	headers tree
	body    tree
	encode  tree      // json, form or text
	message *mailPlan // the body as a mail message
	parts   bool      // the body is a list of parts, sent as multipart/related
	content tree      // the Content-Type, where it is not the encoding's own
	most    int       // the largest body in bytes; 0 is no limit
}

// smtpPlan is where a connector's mail goes.
type smtpPlan struct{ host, port, security, hello tree }

// mailPlan is how the message of an action is made.
type mailPlan struct {
	from, to, cc, bcc, replyTo, subject, text, html tree
	attachments                                     tree // a list of files
}

// errorPlan recognizes one kind of refusal in an answer.
type errorPlan struct {
	when, message, code    *expr.Program
	transient, auth, retry *expr.Program
}

// pagesPlan is how a list goes on.
type pagesPlan struct {
	link  bool          // by a Link header, rel="next"
	next  *expr.Program // or by a cursor in the answer,
	param string        // sent as this query parameter,
	field string        // or as this field of the JSON body; neither: it is a URL
	start *expr.Program // the page to begin with
	items *expr.Program
	limit *expr.Program // of items
}

type outputPlan struct {
	port Port
	from *expr.Program
	each *expr.Program // what an item becomes, over item too; nil leaves it
}

// testStep is one call of a connector's test.
type testStep struct {
	title  string
	action string
	when   *expr.Program
	inputs tree
	checks []check
	says   *expr.Program
	learn  []variable
}

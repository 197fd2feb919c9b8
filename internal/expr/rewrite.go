package expr

import (
	"errors"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// CEL itself fails on a field that is not there and on null. So an expression
// is checked as it was written, for good error messages, and then every
// operation that may meet null is replaced by one of ours that knows what to
// do. Ours begin with @, which nobody can write.
const (
	fnAny    = "dyn"        // CEL's own: a value of any kind
	fnGet    = "@sp_get"    // a.b
	fnHas    = "@sp_has"    // has(a.b)
	fnAt     = "@sp_at"     // a[b]
	fnTruth  = "@sp_truth"  // where true or false is wanted
	fnEach   = "@sp_each"   // what a macro walks
	fnSize   = "@sp_size"   // size(a)
	fnIn     = "@sp_in"     // a in b
	fnPrefix = "@sp_" + "_" // and the operator's own name
)

// replaced names the operators and functions of two operands that are
// replaced as they are.
func replaced(name string) bool {
	switch name {
	case operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo,
		operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
		"contains", "startsWith", "endsWith", "matches":
		return true
	}
	return false
}

// nullSafe reads, checks and rewrites an expression.
func nullSafe(env *cel.Env, source string) (*cel.Ast, error) {
	written, err := parse(env, source)
	if err != nil {
		return nil, err
	}
	checked, issues := env.Check(written)
	if err := fault(issues); err != nil {
		return nil, err
	}
	if err := literalPatterns(checked.NativeRep()); err != nil {
		return nil, err
	}
	safe, err := parse(env, source) // once more: the same expression with the same ids
	if err != nil {
		return nil, err
	}
	newRewriter(safe.NativeRep(), checked.NativeRep()).all()
	rechecked, issues := env.Check(safe)
	return rechecked, fault(issues)
}

// parse reads an expression, and takes back what CEL is stricter about than
// flows are: the arms of a condition may be of different kinds, and numbers
// are one kind.
func parse(env *cel.Env, source string) (*cel.Ast, error) {
	parsed, issues := env.Parse(source)
	if err := fault(issues); err != nil {
		return nil, err
	}
	r := newRewriter(parsed.NativeRep(), nil)
	ast.PostOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		switch call := e.AsCall(); {
		case call.FunctionName() == operators.Conditional:
			args := call.Args()
			r.put(e, operators.Conditional, args[0], r.call(fnAny, args[1]), r.call(fnAny, args[2]))
		case slices.Contains([]string{operators.Index, operators.Equals, operators.NotEquals}, call.FunctionName()) || replaced(call.FunctionName()):
			for _, arg := range call.Args() {
				if isNumber(arg) {
					r.put(arg, fnAny, r.fac.NewLiteral(r.id(), arg.AsLiteral()))
				}
			}
		}
	}))
	return parsed, nil
}

func isNumber(e ast.Expr) bool {
	if e.Kind() != ast.LiteralKind {
		return false
	}
	_, ok := float(e.AsLiteral())
	return ok
}

// fault returns the first of the issues.
func fault(issues *cel.Issues) error {
	if issues.Err() == nil {
		return nil
	}
	var first *common.Error
	for _, e := range issues.Errors() {
		if first == nil || e.Location.Line() < first.Location.Line() ||
			e.Location.Line() == first.Location.Line() && e.Location.Column() < first.Location.Column() {
			first = e
		}
	}
	if first == nil {
		return &Error{Line: 1, Column: 1, Message: issues.Err().Error()}
	}
	return &Error{Line: max(first.Location.Line(), 1), Column: max(first.Location.Column()+1, 1), Message: plain(first.Message)}
}

// plain takes out of CEL's messages what only a reader of CEL's code understands.
func plain(message string) string {
	message = strings.TrimSuffix(message, " (in container '')")
	if strings.HasPrefix(message, "Syntax error: ") {
		message, _, _ = strings.Cut(message, " expecting {")
	}
	return message
}

// rewriter changes an expression in place.
type rewriter struct {
	fac     ast.ExprFactory
	target  *ast.AST
	checked *ast.AST // the same expression, with types; nil before there are any
	next    int64
}

func newRewriter(target, checked *ast.AST) *rewriter {
	return &rewriter{fac: ast.NewExprFactory(), target: target, checked: checked, next: ast.MaxID(target)}
}

// all rewrites the whole expression, from the leaves up.
func (r *rewriter) all() {
	ast.PostOrderVisit(r.target.Expr(), ast.NewExprVisitor(r.one))
}

func (r *rewriter) one(e ast.Expr) {
	switch e.Kind() {
	case ast.SelectKind:
		r.selection(e)
	case ast.ComprehensionKind:
		r.comprehension(e)
	case ast.CallKind:
		r.operation(e)
	default:
	}
}

func (r *rewriter) selection(e ast.Expr) {
	if ref, ok := r.checked.ReferenceMap()[e.ID()]; ok && ref.Name != "" {
		return // a qualified name such as google.protobuf.Timestamp
	}
	sel := e.AsSelect()
	name := fnGet
	if sel.IsTestOnly() {
		name = fnHas
	}
	r.put(e, name, sel.Operand(), r.literal(sel.FieldName()))
}

func (r *rewriter) comprehension(e ast.Expr) {
	c := e.AsComprehension()
	walked := c.IterRange()
	if r.isDyn(walked) {
		walked = r.call(fnEach, walked)
	}
	// What a macro does with its condition is in the loop, which is rewritten
	// by itself: its && and ?: know truth.
	e.SetKindCase(r.fac.NewComprehensionTwoVar(e.ID(), walked, c.IterVar(), c.IterVar2(), c.AccuVar(),
		c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()))
}

func (r *rewriter) operation(e ast.Expr) {
	call := e.AsCall()
	args := call.Args()
	if call.IsMemberFunction() {
		args = append([]ast.Expr{call.Target()}, args...)
	}
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
		n := len(args)
		if name == operators.Conditional {
			n = 1
		}
		for i := range n {
			args[i] = r.truth(args[i])
		}
		r.put(e, name, args...)
	case operators.Index:
		r.put(e, fnAt, bare(args)...)
	case operators.In:
		r.put(e, fnIn, args...)
	case "size":
		r.put(e, fnSize, args...)
	default:
		if replaced(name) && len(args) == 2 {
			r.put(e, fnPrefix+name, bare(args)...)
		}
	}
}

// bare takes the literals out of dyn(…) again: ours take any kind.
func bare(args []ast.Expr) []ast.Expr {
	for i, arg := range args {
		if arg.Kind() != ast.CallKind || arg.AsCall().FunctionName() != fnAny {
			continue
		}
		if inner := arg.AsCall().Args()[0]; isNumber(inner) {
			args[i] = inner
		}
	}
	return args
}

// truth returns e as true or false, where it is not surely one of them.
func (r *rewriter) truth(e ast.Expr) ast.Expr {
	if t := r.checked.GetType(e.ID()); t.Kind() == types.BoolKind {
		return e
	}
	return r.call(fnTruth, e)
}

func (r *rewriter) isDyn(e ast.Expr) bool { return r.checked.GetType(e.ID()).Kind() == types.DynKind }

// put replaces what e is by a call, and keeps its id.
func (r *rewriter) put(e ast.Expr, name string, args ...ast.Expr) {
	e.SetKindCase(r.fac.NewCall(e.ID(), name, args...))
}

func (r *rewriter) call(name string, args ...ast.Expr) ast.Expr {
	return r.fac.NewCall(r.id(), name, args...)
}

func (r *rewriter) literal(text string) ast.Expr {
	return r.fac.NewLiteral(r.id(), types.String(text))
}

func (r *rewriter) id() int64 {
	r.next++
	return r.next
}

// literalPatterns compiles the patterns that are written out, so that a
// mistake in one is found when the expression is read.
func literalPatterns(checked *ast.AST) error {
	var found error
	ast.PostOrderVisit(checked.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		call := e.AsCall()
		args := call.Args()
		switch call.FunctionName() {
		case "matches", "regexReplace", "regexExtract":
		default:
			return
		}
		at := 0
		if !call.IsMemberFunction() {
			at = 1
		}
		if at >= len(args) || args[at].Kind() != ast.LiteralKind {
			return
		}
		text, ok := args[at].AsLiteral().(types.String)
		if !ok {
			return
		}
		if _, err := pattern(string(text)); err != nil {
			loc := checked.SourceInfo().GetStartLocation(args[at].ID())
			found = errors.Join(found, &Error{Line: max(loc.Line(), 1), Column: loc.Column() + 1, Message: err.Error()})
		}
	}))
	return found
}

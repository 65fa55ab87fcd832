// Package request takes what people ask for: machines for a module, a new business in
// the pool, a role on a part of the business tree, or a change that needs somebody's
// approval.
//
// A request is opened with a form, whose faults are told all at once; it is checked by
// rules that are shown in it, approved by those who are responsible for its node of
// the tree, or by a rule, and then delivered: by the run of a flow, by a grant, or by a
// person who says so. The [Book] keeps each step in the state database before it acts
// on it: after a kill a request that was approved is started at the next start, and
// once only, since a flow is started under the request's name.
//
// What delivers, grants and tells is given to the Book; it knows no chat and no mail.
package request

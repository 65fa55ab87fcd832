// Package picture draws the load of a day with its band, small enough to stand in
// a notification: as SVG for pages, as PNG for chats and mail.
//
// What is drawn is laid out once, as a list of shapes ([lay]); the two formats
// only write shapes. Names stand in the text beside the picture: a font for all of
// the world's scripts would weigh more than the program.
package picture

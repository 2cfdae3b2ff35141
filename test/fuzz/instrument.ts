import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";
import ts from "typescript";
import { COUNTERS, COUNTERS_NAME } from "./counters.ts";

/** Ours, which may look for files beside themselves. */
const OURS = /\/(src|test)\/.*\.ts$/;

/** Code whose branches are counted. */
const COUNTED = /\/src\/.*\.ts$|\/node_modules\/(smol-toml|zod)\/.*\.js$/;

/**
 * Counts which branches of our own code, and of the libraries that read TOML and check shapes, are taken: a counter goes up at the beginning of every
 * function, block, case, and operand that may be skipped. V8's own coverage costs milliseconds to read, which is a hundred
 * times what most inputs take; and Jazzer.js (4.0.0) comes built for a later C library (glibc 2.38) than Debian 12 has.
 */
export function counting(): Plugin {
  let next = 0;
  return {
    name: "counting",
    setup(build) {
      build.onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => {
        if (!OURS.test(path) && !COUNTED.test(path)) return null;
        const text = (await readFile(path, "utf8")).replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path)));
        if (!COUNTED.test(path)) return { contents: text, loader: "ts" };
        const { outputText } = ts.transpileModule(text, {
          fileName: path,
          compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
          transformers: { before: [(context) => (file) => countIn(file, context, () => next++ % COUNTERS)] },
        });
        return { contents: outputText, loader: "js" };
      });
    },
  };
}

function countIn(file: ts.SourceFile, context: ts.TransformationContext, nextCounter: () => number): ts.SourceFile {
  const { factory } = context;
  const count = (): ts.Expression =>
    factory.createPostfixIncrement(
      factory.createElementAccessExpression(factory.createIdentifier(COUNTERS_NAME), nextCounter()),
    );
  const first = (statements: readonly ts.Statement[]): ts.Statement[] => [
    factory.createExpressionStatement(count()),
    ...statements,
  ];
  const counted = (expression: ts.Expression): ts.Expression =>
    factory.createParenthesizedExpression(factory.createComma(count(), expression));
  const asBlock = (statement: ts.Statement): ts.Statement =>
    ts.isBlock(statement) ? statement : factory.createBlock(first([statement]));

  const inStatement = (node: ts.Node): ts.Node => {
    if (ts.isBlock(node)) return factory.updateBlock(node, first(node.statements));
    if (ts.isCaseClause(node)) return factory.updateCaseClause(node, node.expression, first(node.statements));
    if (ts.isDefaultClause(node)) return factory.updateDefaultClause(node, first(node.statements));
    if (!ts.isIfStatement(node)) return inExpression(node);
    const { expression, thenStatement, elseStatement } = node;
    const otherwise = elseStatement === undefined ? undefined : asBlock(elseStatement);
    return factory.updateIfStatement(node, expression, asBlock(thenStatement), otherwise);
  };
  const inExpression = (node: ts.Node): ts.Node => {
    if (ts.isConditionalExpression(node)) {
      const { condition, questionToken: question, whenTrue, colonToken: colon, whenFalse } = node;
      const [yes, no] = [counted(whenTrue), counted(whenFalse)];
      return factory.updateConditionalExpression(node, condition, question, yes, colon, no);
    }
    if (ts.isBinaryExpression(node) && maySkip(node.operatorToken.kind)) {
      return factory.updateBinaryExpression(node, node.left, node.operatorToken, counted(node.right));
    }
    if (!ts.isArrowFunction(node) || ts.isBlock(node.body)) return node;
    const { modifiers, typeParameters, parameters, type, equalsGreaterThanToken: arrow, body } = node;
    return factory.updateArrowFunction(node, modifiers, typeParameters, parameters, type, arrow, counted(body));
  };
  const visit = (node: ts.Node): ts.Node => inStatement(ts.visitEachChild(node, visit, context));
  return ts.visitEachChild(file, visit, context);
}

function maySkip(operator: ts.SyntaxKind): boolean {
  return (
    operator === ts.SyntaxKind.AmpersandAmpersandToken ||
    operator === ts.SyntaxKind.BarBarToken ||
    operator === ts.SyntaxKind.QuestionQuestionToken
  );
}
